/** Writes the context of items: as JSON text without loss, and as a plain value for the schema. */
import type { JsonView } from '../webhook/json-view.ts';
import type { People } from './people.ts';

/** The members around an item, at one depth of nesting. */
export interface ContextLevel {
  readonly view: JsonView;
  readonly members: readonly string[];
  readonly outer: ContextLevel | null;
  /** The array this level is an element of; null for the value itself. */
  readonly name: string | null;
  readonly people: People | null;
}

/** Stands where an item's own people go; JSON text never holds it. */
export const GAP = '\u0000';

interface Writing {
  /** Indexes of the people that go with the item; null for all; a gap to fill later. */
  readonly people: readonly number[] | typeof GAP | null;
  /** Members left out, by their path joined with line feeds. */
  readonly without: ReadonlySet<string>;
  /** Members sorted. */
  readonly canonical: boolean;
}

/**
 * JSON text of the levels, each inside the one around it, under the name of the array it stood in.
 *
 * @param onlyLeftOut the text of what is left out, instead of the rest
 */
export function buildText(level: ContextLevel, writing: Writing, onlyLeftOut = false): string {
  const levels = levelsOf(level);
  const build = (depth: number, prefix: string): string => {
    const current = levels[depth] as ContextLevel;
    const parts: [string, string][] = [];
    for (const name of current.members) {
      if (writing.without.has(prefix + name) === onlyLeftOut) parts.push([name, memberText(current, name, writing)]);
    }
    const inner = levels[depth + 1];
    if (inner?.name) {
      const text = build(depth + 1, `${prefix}${inner.name}\n`);
      if (!onlyLeftOut || text !== '{}') parts.push([inner.name, text]);
    }
    if (writing.canonical) parts.sort(([one], [other]) => (one < other ? -1 : 1));
    return `{${parts.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join()}}`;
  };
  return build(0, '');
}

function memberText({ view, people: among }: ContextLevel, name: string, { people, canonical }: Writing): string {
  const member = view.at(name);
  if (people === null || among?.among !== name) return canonical ? member.canonical() : member.text();
  if (people === GAP) return GAP;
  const texts = people.map((index) => (canonical ? member.at(index).canonical() : member.at(index).text()));
  return `[${texts.join()}]`;
}

export function buildValue(
  level: ContextLevel,
  people: readonly number[] | null,
  without: ReadonlySet<string>,
): Record<string, unknown> {
  const levels = levelsOf(level);
  const build = (depth: number, prefix: string): Record<string, unknown> => {
    const { view, members, people: among } = levels[depth] as ContextLevel;
    const raw = view.value as Record<string, unknown>;
    const built: Record<string, unknown> = {};
    for (const name of members) {
      // Setting it would change the prototype; no function reads it, and the text has it.
      if (name === '__proto__' || (without.size > 0 && without.has(prefix + name))) continue;
      const member = raw[name];
      const pick = people !== null && among?.among === name;
      built[name] = pick ? people.map((index) => (member as unknown[])[index]) : member;
    }
    const inner = levels[depth + 1];
    if (inner?.name) built[inner.name] = build(depth + 1, `${prefix}${inner.name}\n`);
    return built;
  };
  return build(0, '');
}

export function levelNames(level: ContextLevel): string[] {
  return levelsOf(level).flatMap(({ name }) => (name === null ? [] : [name]));
}

/** From the value inwards. */
function levelsOf(level: ContextLevel): readonly ContextLevel[] {
  return level.outer === null ? [level] : [...levelsOf(level.outer), level];
}
