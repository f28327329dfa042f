/** Which of several people that Meta put beside the items belong to which item: a message's own contact. */
import type { AnyEvent, OwnPeople } from '../fields/field.ts';
import type { JsonView } from '../webhook/json-view.ts';

export interface People {
  readonly among: string;
  readonly view: JsonView;
  readonly byName: ReadonlyMap<string, readonly number[]>;
  /** Those who belong to no item: they go with every one. */
  readonly unclaimed: readonly number[];
}

/** Meta names a person once; more of one name would go with each of that person's items. */
const MAX_OF_ONE_NAME = 8;

export function findPeople(
  view: JsonView,
  members: readonly string[],
  takers: readonly { readonly own: OwnPeople; readonly items: readonly unknown[] }[],
): People | null {
  const own = takers[0]?.own;
  if (own === undefined || !members.includes(own.among)) return null;
  const people = (view.value as Record<string, unknown>)[own.among];
  if (!Array.isArray(people) || people.length === 0) return null;
  // One item and one person, as nearly always: they belong together.
  if (people.length === 1 && takers.length === 1 && takers[0]?.items.length === 1) return null;
  const claimed = new Set<string>();
  for (const taker of takers) {
    for (const item of taker.items) eachName(item, taker.own.as, (name) => claimed.add(name));
  }
  const byName = new Map<string, number[]>();
  const unclaimed: number[] = [];
  for (let index = 0; index < people.length; index += 1) {
    let taken = false;
    eachName(people[index], own.by, (name) => {
      if (!claimed.has(name)) return;
      const same = byName.get(name);
      if (same === undefined) byName.set(name, [index]);
      else if (same.length < MAX_OF_ONE_NAME) same.push(index);
      else return;
      taken = true;
    });
    if (!taken) unclaimed.push(index);
  }
  return { among: own.among, view: view.at(own.among), byName, unclaimed };
}

/** Indexes of those who go with the item, in the order received. */
export function peopleWith(event: AnyEvent, item: unknown, people: People | null): readonly number[] | null {
  const own = event.item?.own;
  if (people === null || own === undefined) return null;
  const { byName, unclaimed } = people;
  const chosen = [...unclaimed];
  eachName(item, own.as, (name) => {
    const indexes = byName.get(name);
    if (indexes === undefined) return;
    for (const index of indexes) {
      if (!chosen.includes(index, unclaimed.length)) chosen.push(index);
    }
  });
  return chosen.length < 2 ? chosen : chosen.sort((one, other) => one - other);
}

/** Empty names count as absent. */
function eachName(value: unknown, members: readonly string[], take: (name: string) => void): void {
  if (typeof value !== 'object' || value === null) return;
  for (const member of members) {
    const name = (value as Record<string, unknown>)[member];
    if (typeof name === 'string' && name !== '') take(name);
  }
}
