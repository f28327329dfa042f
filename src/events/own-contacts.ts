/**
 * Which of the `contacts` of a value belong to which item. Meta sends the contacts of all items in one array, so an item
 * takes those that name the same person. A value's only contact belongs to all its items; an item that matches none
 * takes all.
 */

import { contact } from '../fields/messages/item-context.ts';
import { CONTACT, commonForm, namesIn, type PersonNames } from '../fields/person.ts';
import type { JsonView } from '../webhook/json-view.ts';
import { ALWAYS_REPEATED, isTooLargeToRepeat } from '../webhook/repetition.ts';
import { issuesOf } from './shape-check.ts';

/** The contacts of one item. */
export interface OwnContacts {
  /** Those that name the item's person; null where none does and there are several. */
  readonly indexes: readonly number[] | null;
  /** They share a name with the item; a value's only contact may not. */
  readonly matched: boolean;
  /** The first item of the value: it keeps what no item claims. */
  readonly first: boolean;
}

export interface ContactTexts {
  /** In the context. */
  readonly shown: readonly number[];
  /** Beside it: those that do not fit the schema, and in the first item those that no item claims. */
  readonly beside: readonly number[];
}

/** Meta names a person once. More contacts of one name would go with each of that person's items. */
const MAX_OF_ONE_NAME = 4;
/** A contact has some 200 characters. */
const ALWAYS_REPEATED_CONTACT = 1024;

export class Contacts {
  readonly view: JsonView;
  readonly #all: readonly unknown[];
  readonly #names: PersonNames[] = [];
  readonly #fits: boolean[] = [];
  /** How many items took each, how many matched none, how many there are. */
  readonly #uses: number[];
  #unmatched = 0;
  #items = 0;
  #byName: ReadonlyMap<string, readonly number[]> | undefined;
  #byForm: ReadonlyMap<string, readonly number[]> | undefined;
  /** Kept once, elsewhere. */
  #gone: ReadonlySet<number> = new Set();
  #unclaimed: readonly number[] | undefined;

  /** @param view of an array that is not empty */
  constructor(view: JsonView) {
    this.view = view;
    this.#all = view.value as readonly unknown[];
    this.#uses = this.#all.map(() => 0);
  }

  /** Asked once for each item, before the first text. */
  ownOf(names: PersonNames): OwnContacts {
    const first = this.#items === 0;
    this.#items += 1;
    const only = this.#all.length === 1;
    const indexes = only ? ONLY : this.#find(names);
    if (indexes === null) this.#unmatched += 1;
    else for (const index of indexes) this.#uses[index] = (this.#uses[index] ?? 0) + 1;
    return { indexes, matched: !only && indexes !== null, first };
  }

  /** Names of the person of a contact. */
  namesOf(index: number): PersonNames {
    this.#names[index] ??= namesIn(this.view.at(index), CONTACT);
    return this.#names[index];
  }

  textsOf({ indexes, first }: OwnContacts): ContactTexts {
    const own = (indexes ?? this.#indexes()).filter((index) => !this.#gone.has(index));
    const shown = own.filter((index) => this.#fit(index));
    const beside = own.filter((index) => !this.#fit(index));
    return { shown, beside: first ? [...beside, ...this.#unclaimedOnes()] : beside };
  }

  /** @returns indexes of those that are too large to go with every item that takes them: they are kept once */
  takeLarge(): readonly number[] {
    if (this.#items < 2) return [];
    const lengths = this.#all.map((_, index) => this.view.at(index).text().length);
    const sum = (indexes: readonly number[]) => indexes.reduce((total, index) => total + (lengths[index] as number), 0);
    const all = this.#indexes();
    const gone = new Set(
      all.filter((index) =>
        isTooLargeToRepeat(lengths[index] as number, this.#uses[index] as number, ALWAYS_REPEATED_CONTACT),
      ),
    );
    const unclaimed = all.filter((index) => this.#uses[index] === 0);
    // Items that match none take all contacts; what no item takes goes with the first.
    if (isTooLargeToRepeat(sum(all), this.#unmatched)) for (const index of all) gone.add(index);
    else if (this.#unmatched === 0 && this.#items > 1 && sum(unclaimed) > ALWAYS_REPEATED) {
      for (const index of unclaimed) gone.add(index);
    }
    this.#gone = gone;
    return [...gone].sort((one, other) => one - other);
  }

  #unclaimedOnes(): readonly number[] {
    this.#unclaimed ??=
      this.#unmatched > 0 ? [] : this.#indexes().filter((index) => this.#uses[index] === 0 && !this.#gone.has(index));
    return this.#unclaimed;
  }

  #indexes(): readonly number[] {
    return this.#all.map((_, index) => index);
  }

  #fit(index: number): boolean {
    this.#fits[index] ??= issuesOf(contact, this.#all[index]).length === 0;
    return this.#fits[index];
  }

  /** The same name first; else the same number as another country's habit writes it. */
  #find(names: PersonNames): readonly number[] | null {
    this.#byName ??= this.#indexBy((text) => text);
    const exact = indexesIn(this.#byName, names, (text) => text);
    if (exact !== null) return exact;
    if (names.phones.length === 0) return null;
    this.#byForm ??= this.#indexBy(commonForm);
    return indexesIn(this.#byForm, { userIds: [], parentIds: [], phones: names.phones }, commonForm);
  }

  #indexBy(form: (text: string) => string): ReadonlyMap<string, readonly number[]> {
    const index = new Map<string, number[]>();
    for (const at of this.#indexes()) {
      const { userIds, parentIds, phones } = this.namesOf(at);
      for (const text of form === commonForm ? phones : [...userIds, ...parentIds, ...phones]) {
        const same = index.get(form(text));
        if (same === undefined) index.set(form(text), [at]);
        else if (same.length < MAX_OF_ONE_NAME && !same.includes(at)) same.push(at);
      }
    }
    return index;
  }
}

const ONLY: readonly number[] = [0];

function indexesIn(
  index: ReadonlyMap<string, readonly number[]>,
  { userIds, parentIds, phones }: PersonNames,
  form: (text: string) => string,
): readonly number[] | null {
  const found = new Set<number>();
  for (const texts of [userIds, parentIds, phones]) {
    for (const text of texts) for (const at of index.get(form(text)) ?? []) found.add(at);
  }
  return found.size === 0 ? null : [...found].sort((one, other) => one - other);
}
