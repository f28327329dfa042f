/**
 * What Meta put around an item: the members of the value, and of what lies between, that are no items. They become the
 * event's `context`; members that do not fit the context's schema are set aside and kept in `unrecognized`. The items of one
 * place share nearly all of it, so it is checked and written once, with a gap for the item's own people.
 */
import type { AnyEvent, OwnPeople } from '../fields/field.ts';
import type { JsonView } from '../webhook/json-view.ts';
import { buildText, buildValue, type ContextLevel, GAP, levelNames } from './context-text.ts';
import { splitOffLarge } from './large-context.ts';
import { findPeople, type People, peopleWith } from './people.ts';

/** A level with what was made from it so far. */
export interface Level extends ContextLevel {
  readonly outer: Level | null;
  /** By event. */
  readonly frames: Map<AnyEvent, Frame>;
}

/** The surroundings of one item. */
export interface ItemContext {
  /** As the event's functions read it; fits the context schema. */
  readonly value: unknown;
  /** JSON text of `context`. */
  readonly text: string;
  /** JSON text of what does not fit the schema, or null. */
  readonly unrecognized: string | null;
  /** What the event's id covers: all of it, members sorted. */
  readonly canonical: string;
}

/** What the items of one place share. */
type Frame =
  | { readonly kind: 'shared'; readonly context: ItemContext }
  | { readonly kind: 'gap'; readonly text: readonly [string, string]; readonly canonical: readonly [string, string] }
  /** Something does not fit: each item's surroundings are looked at alone. */
  | { readonly kind: 'unrecognized' };

interface LevelParts {
  readonly view: JsonView;
  readonly members: readonly string[];
  readonly outer: Level | null;
  readonly name: string | null;
  readonly takers: readonly { readonly own: OwnPeople; readonly items: readonly unknown[] }[];
  /** How many items it surrounds, however deep. */
  readonly items: number;
}

/** @returns the level, and JSON text of what is too large to go with every item, or null */
export function contextLevelOf({ view, members, outer, name, takers, items }: LevelParts): {
  readonly level: Level;
  readonly aside: string | null;
} {
  const people = findPeople(view, members, takers);
  const { aside, ...shared } = splitOffLarge(view, { members, people }, items);
  return { level: { view, outer, name, ...shared, frames: new Map() }, aside };
}

export function contextOf(event: AnyEvent, item: unknown, level: Level): ItemContext {
  let frame = level.frames.get(event);
  if (frame === undefined) {
    frame = makeFrame(event, level);
    level.frames.set(event, frame);
  }
  if (frame.kind === 'shared') return frame.context;
  const chosen = peopleWith(event, item, level.people);
  if (frame.kind === 'unrecognized') return withoutUnrecognized(event, level, chosen);
  const people = (level.people as People).view;
  const indexes = chosen ?? [];
  const texts = indexes.map((index) => people.at(index).text());
  const canonicals = indexes.map((index) => people.at(index).canonical());
  return {
    value: buildValue(level, indexes, NOTHING),
    text: `${frame.text[0]}[${texts.join()}]${frame.text[1]}`,
    unrecognized: null,
    canonical: `${frame.canonical[0]}[${canonicals.join()}]${frame.canonical[1]}`,
  };
}

/** What surrounds a part that is no item: everything. */
export function wholeContextText(level: Level): string {
  return buildText(level, { people: null, without: NOTHING, canonical: false });
}

const NOTHING: ReadonlySet<string> = new Set();

function makeFrame(event: AnyEvent, level: Level): Frame {
  const value = buildValue(level, null, NOTHING);
  if (event.context !== null && !event.context.safeParse(value).success) return { kind: 'unrecognized' };
  const shared = event.item?.own === undefined || level.people === null;
  const people = shared ? null : GAP;
  const text = buildText(level, { people, without: NOTHING, canonical: false });
  const canonical = buildText(level, { people, without: NOTHING, canonical: true });
  if (shared) return { kind: 'shared', context: { value, text, unrecognized: null, canonical } };
  return { kind: 'gap', text: halves(text), canonical: halves(canonical) };
}

function halves(text: string): [string, string] {
  const at = text.indexOf(GAP);
  return [text.slice(0, at), text.slice(at + GAP.length)];
}

function withoutUnrecognized(event: AnyEvent, level: Level, chosen: readonly number[] | null): ItemContext {
  const names = levelNames(level);
  const issues = event.context?.safeParse(buildValue(level, chosen, NOTHING)).error?.issues ?? [];
  const without = new Set(issues.map(({ path }) => unrecognizedPath(path, names)));
  return {
    value: event.context?.safeParse(buildValue(level, chosen, without)).data ?? {},
    text: buildText(level, { people: chosen, without, canonical: false }),
    unrecognized: without.size === 0 ? null : buildText(level, { people: chosen, without, canonical: false }, true),
    canonical: buildText(level, { people: chosen, without: NOTHING, canonical: true }),
  };
}

/** The member of the innermost level that an issue lies in. */
function unrecognizedPath(path: readonly PropertyKey[], names: readonly string[]): string {
  let depth = 0;
  while (depth < names.length && depth < path.length - 1 && path[depth] === names[depth]) depth += 1;
  return path
    .slice(0, depth + 1)
    .map(String)
    .join('\n');
}
