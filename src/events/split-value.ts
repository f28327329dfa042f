/**
 * Splits the value of a change into the items that its field's entry in the registry names. Members that hold no items
 * become the context of the items beside and below them, so nothing of the value is lost.
 */
import { isObject } from '../core/is-object.ts';
import type { AnyEvent, AnyField } from '../fields/field.ts';
import { type PathStep, stepsOf } from '../fields/item-place.ts';
import { joinNames, NO_NAMES, namesIn, type PersonMembers, type PersonNames, withoutOurs } from '../fields/person.ts';
import { type JsonView, viewJson } from '../webhook/json-view.ts';
import type { Issue } from '../webhook/part.ts';
import { tooMany } from '../webhook/too-many.ts';
import { ContextLevel } from './context.ts';
import { dataschemaOf, typeOfEvent } from './event.ts';
import type { OwnContacts } from './own-contacts.ts';

/** An event type, with the texts that all its events share. */
export interface EventType {
  readonly field: AnyField;
  readonly event: AnyEvent;
  readonly type: string;
  readonly dataschema: string;
}

/** `level` is null where the part is the whole value. */
export type Found =
  | {
      readonly kind: 'item';
      readonly of: EventType;
      readonly view: JsonView;
      readonly path: string;
      readonly level: ContextLevel | null;
      /** Null where no contact had to be found. */
      readonly names: ItemNames | null;
      readonly contacts: OwnContacts | null;
    }
  /** It is where items are expected, and is of another kind. */
  | {
      readonly kind: 'misplaced';
      readonly view: JsonView;
      readonly path: string;
      readonly issue: Issue;
      readonly level: ContextLevel;
    }
  /** It holds no item at all, or is too large to go with every item. */
  | { readonly kind: 'unrecognized'; readonly view: JsonView; readonly level: ContextLevel | null };

/** @param path of the value, from the body's root */
export function splitValue(field: AnyField, value: JsonView, path: string): Found[] {
  const places = placesOf(field);
  const found: Found[] = [];
  if (places.of !== null) found.push(itemOf(places.of, value, { path, outer: null, name: null }));
  else walkObject(places, value, { path, outer: null, name: null }, found);
  return found;
}

/** Where the events of a field are in its value: a tree of members, grown from the registry once for each field. */
interface Place {
  /** The type of the items of this array. */
  readonly of: EventType | null;
  readonly listed: boolean;
  /** By the name of the member further inside. */
  readonly inner: ReadonlyMap<string, Place>;
}

const PLACES = new WeakMap<AnyField, Place>();

function placesOf(field: AnyField): Place {
  let places = PLACES.get(field);
  if (places === undefined) {
    places = grow(field.events.flatMap((event) => leavesOf(field, event)));
    PLACES.set(field, places);
  }
  return places;
}

interface Leaf {
  readonly of: EventType;
  readonly steps: readonly PathStep[];
}

function leavesOf(field: AnyField, event: AnyEvent): Leaf[] {
  const type = typeOfEvent(field, event);
  const of = { field, event, type, dataschema: dataschemaOf(type, event.version) };
  return event.item === null ? [{ of, steps: [] }] : event.item.at.map((path) => ({ of, steps: stepsOf(path) }));
}

function grow(leaves: readonly Leaf[], listed = false): Place {
  const inner = new Map<string, Place>();
  for (const { steps } of leaves) {
    const [step] = steps;
    if (step === undefined || inner.has(step.name)) continue;
    const below = leaves.filter((leaf) => leaf.steps[0]?.name === step.name);
    inner.set(
      step.name,
      grow(
        below.map(({ of, steps: [, ...further] }) => ({ of, steps: further })),
        step.listed,
      ),
    );
  }
  return { of: leaves.find(({ steps }) => steps.length === 0)?.of ?? null, listed, inner };
}

interface Position {
  readonly path: string;
  readonly outer: ContextLevel | null;
  /** The member that the object is in. */
  readonly name: string | null;
}

function walkObject(place: Place, view: JsonView, { path, outer, name }: Position, found: Found[]): void {
  const raw = view.value;
  if (!isObject(raw)) {
    if (outer === null) found.push({ kind: 'unrecognized', view, level: null });
    else found.push({ kind: 'misplaced', view, path, level: outer, issue: misplaced(path, raw, 'an object') });
    return;
  }
  const beside: string[] = [];
  const taken: [string, Place][] = [];
  for (const member of Object.keys(raw)) {
    const inner = place.inner.get(member);
    if (inner === undefined || holdsNothing(raw[member])) beside.push(member);
    else taken.push([member, inner]);
  }
  if (taken.length === 0) {
    found.push({ kind: 'unrecognized', view, level: outer });
    return;
  }
  const level = new ContextLevel(view, beside, outer, name);
  const start = found.length;
  for (const [member, inner] of taken) {
    walkMember(inner, view.at(member), { path: `${path}.${member}`, outer: level, name: member }, found);
  }
  const large = level.takeLarge(found.length - start);
  if (large !== null) found.splice(start, 0, { kind: 'unrecognized', view: viewJson(large), level: outer });
}

type Inside = Position & { readonly outer: ContextLevel };

function walkMember(place: Place, view: JsonView, at: Inside, found: Found[]): void {
  if (!place.listed) {
    walkObject(place, view, at, found);
    return;
  }
  const { path, outer: level } = at;
  const items = view.value;
  if (!Array.isArray(items)) {
    found.push({ kind: 'misplaced', view, path, level, issue: misplaced(path, items, 'an array') });
    return;
  }
  const excess = tooMany(path, items);
  if (excess !== null) {
    found.push({ kind: 'misplaced', view, path, level, issue: { path, code: 'too_many', message: excess } });
    return;
  }
  for (let index = 0; index < items.length; index += 1) {
    const item = view.at(index);
    const position = { ...at, path: `${path}[${index}]` };
    if (place.of === null) walkObject(place, item, position, found);
    else found.push(itemOf(place.of, item, position));
  }
}

function itemOf(of: EventType, view: JsonView, { path, outer }: Position): Found {
  const contacts = outer?.contacts ?? null;
  if (contacts === null) return { kind: 'item', of, view, path, level: outer, names: null, contacts: null };
  const names = namesOf(of.event, view, outer);
  const named = joinNames(names.item, names.around);
  const ours = named.phones.length === 0 ? null : (outer?.textAt(OUR_NUMBER) ?? null);
  const own = contacts.ownOf(ours === null ? named : withoutOurs(named, ours));
  return { kind: 'item', of, view, path, level: outer, names, contacts: own };
}

const OUR_NUMBER = ['metadata', 'display_phone_number'];

/** The names of the person that an item is about, in it and around it. */
export interface ItemNames {
  readonly item: PersonNames;
  readonly around: PersonNames;
}

export function namesOf({ person, personAround }: AnyEvent, view: JsonView, level: ContextLevel | null): ItemNames {
  const item = person === undefined ? NO_NAMES : namesIn(view, person);
  if (personAround === undefined || level === null) return { item, around: NO_NAMES };
  const read = (paths: PersonMembers['userId']) => paths.flatMap((path) => level.textAt(path) ?? []);
  const { userId, parentId, phone } = personAround;
  return { item, around: { userIds: read(userId), parentIds: read(parentId), phones: read(phone) } };
}

/** Null or an empty array where items could be says that there are none; it stays in the context. */
function holdsNothing(value: unknown): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}

function misplaced(path: string, value: unknown, expected: string): Issue {
  return { path, code: 'invalid_type', message: `${path} is ${kindOf(value)}; ${expected} was expected.` };
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
