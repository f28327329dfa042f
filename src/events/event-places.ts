/** Where the events of a field stand in its value, as a tree of array members grown from the registry. */
import type { AnyEvent, AnyField } from '../fields/field.ts';
import { dataschemaOf, typeOfEvent } from './event.ts';

/** An event type, with the texts that all its events share. */
export interface EventType {
  readonly field: AnyField;
  readonly event: AnyEvent;
  readonly type: string;
  readonly dataschema: string;
}

export interface EventPlace {
  /** The type of what stands here. */
  readonly of: EventType | null;
  /** By the name of the array further inside. */
  readonly inner: ReadonlyMap<string, EventPlace>;
}

const GROWN = new WeakMap<AnyField, EventPlace>();

/** Grown once for each field. */
export function eventPlaces(field: AnyField): EventPlace {
  let places = GROWN.get(field);
  if (places === undefined) {
    places = grow(field.events.map((event) => ({ of: eventTypeOf(field, event), at: event.item?.at ?? [] })));
    GROWN.set(field, places);
  }
  return places;
}

function eventTypeOf(field: AnyField, event: AnyEvent): EventType {
  const type = typeOfEvent(field, event);
  return { field, event, type, dataschema: dataschemaOf(type, event.version) };
}

function grow(leaves: readonly { readonly of: EventType; readonly at: readonly string[] }[]): EventPlace {
  const inner = new Map<string, EventPlace>();
  for (const name of new Set(leaves.flatMap(({ at }) => at.slice(0, 1)))) {
    const below = leaves.filter(({ at }) => at[0] === name);
    inner.set(name, grow(below.map(({ of, at }) => ({ of, at: at.slice(1) }))));
  }
  return { of: leaves.find(({ at }) => at.length === 0)?.of ?? null, inner };
}
