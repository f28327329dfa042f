/**
 * Finds the items of a change in its value, wherever the registry says they stand, and what Meta put around each.
 * Whatever no item takes goes along as the items' surroundings, so that nothing of the value is lost.
 */

import { isObject } from '../core/is-object.ts';
import type { AnyField } from '../fields/field.ts';
import type { Issue } from '../webhook/envelope.ts';
import { type JsonView, viewJson } from '../webhook/json-view.ts';
import { tooMany } from '../webhook/too-many.ts';
import { contextLevelOf, type Level } from './context.ts';
import { type EventPlace, type EventType, eventPlaces } from './event-places.ts';

/** `level` is null where the part is the whole value. */
export type Found =
  | {
      readonly kind: 'item';
      readonly of: EventType;
      readonly view: JsonView;
      readonly path: string;
      readonly level: Level | null;
    }
  /** It stands where items stand, and is none. */
  | {
      readonly kind: 'misplaced';
      readonly view: JsonView;
      readonly path: string;
      readonly issue: Issue;
      readonly level: Level;
    }
  /** It holds no item at all. */
  | { readonly kind: 'unrecognized'; readonly view: JsonView; readonly level: Level | null };

/** @param path of the value, from the body's root */
export function findItems(field: AnyField, value: JsonView, path: string): Found[] {
  const places = eventPlaces(field);
  if (places.of !== null) return [{ kind: 'item', of: places.of, view: value, path, level: null }];
  const found: Found[] = [];
  walk(places, value, { path, outer: null, name: null }, found);
  return found;
}

interface Position {
  readonly path: string;
  readonly outer: Level | null;
  /** The array the object stands in. */
  readonly name: string | null;
}

function walk(place: EventPlace, view: JsonView, { path, outer, name }: Position, found: Found[]): void {
  const raw = view.value;
  if (!isObject(raw)) {
    if (outer === null) found.push({ kind: 'unrecognized', view, level: null });
    else found.push({ kind: 'misplaced', view, path, level: outer, issue: misplaced(path, raw, 'an object') });
    return;
  }
  const members: string[] = [];
  const taken: [string, EventPlace][] = [];
  for (const member of Object.keys(raw)) {
    const inner = place.inner.get(member);
    if (inner === undefined || holdsNothing(raw[member])) members.push(member);
    else taken.push([member, inner]);
  }
  if (taken.length === 0) {
    found.push({ kind: 'unrecognized', view, level: outer });
    return;
  }
  const parts = { view, members, outer, name, takers: takersOf(taken, raw), items: countItems(place, raw) };
  const { level, aside } = contextLevelOf(parts);
  if (aside !== null) found.push({ kind: 'unrecognized', view: viewJson(aside), level: outer });
  for (const [member, inner] of taken) {
    walkMember(inner, view.at(member), { path: `${path}.${member}`, outer: level, name: member }, found);
  }
}

function walkMember(place: EventPlace, view: JsonView, at: Position & { readonly outer: Level }, found: Found[]): void {
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
  const { of } = place;
  for (let index = 0; index < items.length; index += 1) {
    const item = view.at(index);
    const itemPath = `${path}[${index}]`;
    if (of === null) walk(place, item, { ...at, path: itemPath }, found);
    else found.push({ kind: 'item', of, view: item, path: itemPath, level });
  }
}

/** Items that may claim a member of the surroundings as their own. */
function takersOf(taken: readonly [string, EventPlace][], raw: Record<string, unknown>) {
  return taken.flatMap(([member, { of }]) => {
    const own = of?.event.item?.own;
    return own === undefined || !Array.isArray(raw[member]) ? [] : [{ own, items: raw[member] as unknown[] }];
  });
}

function countItems(place: EventPlace, value: unknown): number {
  if (!isObject(value)) return 0;
  let count = 0;
  for (const [name, inner] of place.inner) {
    const items = value[name];
    if (!Array.isArray(items)) continue;
    if (inner.of !== null) count += items.length;
    else for (const item of items) count += countItems(inner, item);
  }
  return count;
}

/** Null or an empty array where items could stand says no more than that there are none; it stays where it is. */
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
