/**
 * What Meta put around an item: the members of the value, and of objects between, that hold no items. They become the
 * event's `context`. Members that do not fit the context's schema move to `unrecognized`, and the item stays typed. The
 * items of one place share all but their own contacts, so the rest is checked and written once.
 */
import type { AnyEvent } from '../fields/field.ts';
import type { PersonNames } from '../fields/person.ts';
import type { JsonView } from '../webhook/json-view.ts';
import { ALWAYS_REPEATED, isTooLargeToRepeat } from '../webhook/repetition.ts';
import { exactText } from './exact-text.ts';
import { Contacts, type OwnContacts } from './own-contacts.ts';
import { issuesOf } from './shape-check.ts';

/** The context of one item, as JSON text. */
export interface ItemContext {
  readonly text: string;
  /** What does not fit the schema, and contacts that belong to no item; null where there is neither. */
  readonly unrecognized: string | null;
  /** What the event's id covers: all of it, members sorted. */
  readonly canonical: string;
}

const CONTACTS = 'contacts';

/** The members of one object that go with each item beside and below them. */
export class ContextLevel {
  readonly view: JsonView;
  readonly outer: ContextLevel | null;
  /** The member of `outer` that this object is in. */
  readonly name: string | null;
  /** Of this object, else of the next around it that has any. */
  readonly contacts: Contacts | null;
  members: readonly string[];
  readonly #hasContacts: boolean;
  readonly #frames = new Map<AnyEvent, Frame>();

  constructor(view: JsonView, members: readonly string[], outer: ContextLevel | null, name: string | null) {
    this.view = view;
    this.members = members;
    this.outer = outer;
    this.name = name;
    const contacts = (view.value as Record<string, unknown>)[CONTACTS];
    this.#hasContacts = members.includes(CONTACTS) && Array.isArray(contacts) && contacts.length > 0;
    this.contacts = this.#hasContacts ? new Contacts(view.at(CONTACTS)) : (outer?.contacts ?? null);
  }

  /** From the value inwards. */
  get levels(): readonly ContextLevel[] {
    return this.outer === null ? [this] : [...this.outer.levels, this];
  }

  /** True for the member whose place the item's own contacts take. */
  holds(contacts: Contacts | null, member: string): boolean {
    return member === CONTACTS && this.#hasContacts && this.contacts === contacts;
  }

  frameOf(event: AnyEvent): Frame {
    let frame = this.#frames.get(event);
    if (frame === undefined) {
      frame = makeFrame(event, this);
      this.#frames.set(event, frame);
    }
    return frame;
  }

  /**
   * Leaves out what would multiply the body by its number of items: 1.5 MB beside 1,000 messages make 1.5 GB.
   *
   * @returns JSON text of an object with what is too large to go with each item, or null
   */
  takeLarge(items: number): string | null {
    if (items < 2) return null;
    const large = new Map<string, string>();
    const texts = this.members.flatMap((name) =>
      this.holds(this.contacts, name) ? [] : [{ name, text: this.view.at(name).text() }],
    );
    if (isTooLargeToRepeat(total(texts), items)) {
      let left = ALWAYS_REPEATED;
      for (const { name, text } of texts) {
        if (text.length <= left) left -= text.length;
        else large.set(name, text);
      }
      this.members = this.members.filter((name) => !large.has(name));
    }
    const contacts = this.#hasContacts ? (this.contacts?.takeLarge() ?? []) : [];
    if (contacts.length > 0) large.set(CONTACTS, listText(this.contacts, contacts, false));
    if (large.size === 0) return null;
    return `{${[...large].map(([name, text]) => `${JSON.stringify(name)}:${text}`).join()}}`;
  }

  /** A string or number around the item as the path names it, as text with every digit. */
  textAt(path: readonly string[]): string | null {
    let at = 0;
    const levels = this.levels;
    while (at + 1 < levels.length && levels[at + 1]?.name === path[at]) at += 1;
    return exactText((levels[at] as ContextLevel).view, path.slice(at));
  }

  /** The names of the item's contact, for its key: not those of a contact that names somebody else. */
  contactNames(own: OwnContacts | null, isOfItem: (contact: PersonNames) => boolean): PersonNames | null {
    const index = own?.indexes?.[0];
    if (own === null || index === undefined || this.contacts === null) return null;
    const names = this.contacts.namesOf(index);
    return own.matched || isOfItem(names) ? names : null;
  }
}

export function contextOf(event: AnyEvent, level: ContextLevel, own: OwnContacts | null): ItemContext {
  const { text, canonical, unfit } = level.frameOf(event);
  const { contacts } = level;
  const { shown, beside } = contacts === null || own === null ? NONE : contacts.textsOf(own);
  return {
    text: text.join(listText(contacts, shown, false)),
    canonical: canonical.join(listText(contacts, [...shown, ...beside], true)),
    unrecognized: unrecognizedText(level, unfit, beside.length === 0 ? null : listText(contacts, beside, false)),
  };
}

const NONE = { shown: [], beside: [] };

/** What surrounds a part that is no item: everything. */
export function wholeContextText(level: ContextLevel): string {
  return writeLevels(level, { contacts: level.contacts?.view.text() ?? null, takes: () => true, whole: true });
}

/** What the items of one place share. */
interface Frame {
  /** The text before and behind the item's own contacts; one part where there are none. */
  readonly text: readonly string[];
  readonly canonical: readonly string[];
  /** Paths of the members that do not fit the schema. */
  readonly unfit: ReadonlySet<string>;
}

/** Takes the place of an item's own contacts; JSON text never holds it. */
const GAP = '\u0000';

function makeFrame(event: AnyEvent, level: ContextLevel): Frame {
  const issues = event.context === null ? [] : issuesOf(event.context, plainValue(level));
  const names = level.levels.slice(1).map(({ name }) => name);
  const unfit = new Set(issues.map(({ path }) => memberPath(path, names)));
  const text = writeLevels(level, { contacts: GAP, takes: (path) => !unfit.has(path), whole: true });
  const canonical = writeLevels(level, { contacts: GAP, takes: () => true, whole: true, canonical: true });
  return { text: text.split(GAP), canonical: canonical.split(GAP), unfit };
}

function unrecognizedText(level: ContextLevel, unfit: ReadonlySet<string>, contacts: string | null): string | null {
  if (unfit.size === 0 && contacts === null) return null;
  return writeLevels(level, { contacts, takes: (path) => unfit.has(path), whole: false });
}

/** The member of the innermost level that an issue is in. */
function memberPath(path: readonly PropertyKey[], names: readonly (string | null)[]): string {
  let depth = 0;
  while (depth < names.length && depth < path.length - 1 && path[depth] === names[depth]) depth += 1;
  return path.slice(0, depth + 1).join('\n');
}

interface Writing {
  /** In place of the item's own contacts; null leaves the member out. */
  readonly contacts: string | null;
  /** Whether a member goes in, by the names that lead to it. */
  readonly takes: (path: string) => boolean;
  /** False: empty objects are omitted. */
  readonly whole: boolean;
  /** Members sorted. */
  readonly canonical?: boolean;
}

/** JSON text of the levels, each inside the one around it. */
function writeLevels(innermost: ContextLevel, { contacts, takes, whole, canonical = false }: Writing): string {
  const { levels } = innermost;
  const write = (depth: number, prefix: string): string => {
    const level = levels[depth] as ContextLevel;
    const parts: [string, string][] = [];
    for (const name of level.members) {
      if (level.holds(innermost.contacts, name)) {
        if (contacts !== null) parts.push([name, contacts]);
      } else if (takes(prefix + name)) {
        const member = level.view.at(name);
        parts.push([name, canonical ? member.canonical() : member.text()]);
      }
    }
    const inner = levels[depth + 1];
    if (inner?.name) {
      const text = write(depth + 1, `${prefix}${inner.name}\n`);
      if (whole || text !== '{}') parts.push([inner.name, text]);
    }
    if (canonical) parts.sort(([one], [other]) => (one < other ? -1 : 1));
    return `{${parts.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join()}}`;
  };
  return write(0, '');
}

/** What the schema sees: all but the item's own contacts, which are checked one by one. */
function plainValue(innermost: ContextLevel): Record<string, unknown> {
  return innermost.levels.reduceRight<Record<string, unknown>>((inner, level, depth) => {
    const raw = level.view.value as Record<string, unknown>;
    const members: Record<string, unknown> = {};
    for (const name of level.members) {
      // Setting it would change the prototype; the text has it.
      if (name !== '__proto__' && !level.holds(innermost.contacts, name)) members[name] = raw[name];
    }
    const next = innermost.levels[depth + 1];
    if (next?.name) members[next.name] = inner;
    return members;
  }, {});
}

function listText(contacts: Contacts | null, indexes: readonly number[], canonical: boolean): string {
  const texts = indexes.map((index) => {
    const one = contacts?.view.at(index);
    return canonical ? one?.canonical() : one?.text();
  });
  return `[${texts.join()}]`;
}

function total(texts: readonly { readonly text: string }[]): number {
  return texts.reduce((sum, { text }) => sum + text.length, 0);
}
