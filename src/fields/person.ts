/**
 * Who a part of a webhook is about. Meta names a person by a user id, by the user id of a parent business, and by a phone
 * number, under other member names in each field (Business-scoped user IDs, changelog of 28 May 2026). Each entry of the
 * registry lists its members here; contacts and keys follow.
 */

/** Members that name one person, best first. A path runs through objects; it looks at every item of an array. */
export interface PersonMembers {
  readonly userId: readonly Path[];
  readonly parentId: readonly Path[];
  readonly phone: readonly Path[];
}

type Path = readonly string[];

/** Names of one person as text, best first. */
export interface PersonNames {
  readonly userIds: readonly string[];
  readonly parentIds: readonly string[];
  readonly phones: readonly string[];
}

/** @param members paths with dots, separated by spaces: `from_user_id system.user_id` */
export function personAt(members: { readonly [Kind in keyof PersonMembers]?: string }): PersonMembers {
  const paths = (text = '') => text.split(' ').flatMap((path) => (path === '' ? [] : [path.split('.')]));
  return { userId: paths(members.userId), parentId: paths(members.parentId), phone: paths(members.phone) };
}

export const CONTACT = personAt({ userId: 'user_id', parentId: 'parent_user_id', phone: 'wa_id' });

export const NO_NAMES: PersonNames = { userIds: [], parentIds: [], phones: [] };

/** A part of a body, read without loss: `value` rounds large numbers, `text` has every digit. */
interface ExactPart {
  readonly value: unknown;
  at(key: string | number): ExactPart;
  text(): string;
}

export function namesIn(part: ExactPart, { userId, parentId, phone }: PersonMembers): PersonNames {
  return { userIds: textsAt(part, userId), parentIds: textsAt(part, parentId), phones: textsAt(part, phone) };
}

export function joinNames(some: PersonNames, others: PersonNames): PersonNames {
  if (some === NO_NAMES) return others;
  if (others === NO_NAMES) return some;
  return {
    userIds: [...some.userIds, ...others.userIds],
    parentIds: [...some.parentIds, ...others.parentIds],
    phones: [...some.phones, ...others.phones],
  };
}

const NOTHING: readonly string[] = [];

function textsAt(part: ExactPart, paths: readonly Path[]): readonly string[] {
  let texts: readonly string[] = NOTHING;
  for (const path of paths) {
    const plain = textsIn(part.value, path, 0);
    const found = plain.includes(ROUNDED) ? exactTextsIn(part, path) : plain;
    if (found !== NOTHING) texts = texts === NOTHING ? found : [...texts, ...found];
  }
  return texts;
}

function textsIn(part: unknown, path: Path, depth: number): readonly string[] {
  if (Array.isArray(part)) return part.flatMap((item) => textsIn(item, path, depth));
  if (depth === path.length) {
    // An empty name counts as none.
    if (typeof part === 'string') return part === '' ? NOTHING : [part];
    if (typeof part !== 'number') return NOTHING;
    return [Number.isSafeInteger(part) ? String(part) : ROUNDED];
  }
  if (typeof part !== 'object' || part === null) return NOTHING;
  const name = path[depth] as string;
  return Object.hasOwn(part, name) ? textsIn((part as Record<string, unknown>)[name], path, depth + 1) : NOTHING;
}

/** Two ids beyond 2^53 may round to one number, and two people must not become one. */
const ROUNDED = '\u0000';

/** The slow way, for the rare numbers that a double cannot hold. */
function exactTextsIn(part: ExactPart, path: Path): readonly string[] {
  const { value } = part;
  if (Array.isArray(value)) return value.flatMap((_, index) => exactTextsIn(part.at(index), path));
  const [name, ...inner] = path;
  if (name === undefined) return typeof value === 'number' ? [part.text()] : textsIn(value, path, 0);
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return NOTHING;
  return exactTextsIn(part.at(name), inner);
}

/** The places where Meta names the other side of a chat, and our own number, which is never the other side. */
export interface ChatNames {
  /** From what stands around the item, such as the thread of a history. */
  readonly around: PersonNames;
  readonly item: PersonNames;
  readonly contact: PersonNames;
  readonly ourDigits: string | null;
}

/** Without the business's own number: a contact of that number belongs to no person. */
export function withoutOurs(names: PersonNames, ourDigits: string): PersonNames {
  const ours = commonForm(ourDigits);
  const phones = names.phones.filter((phone) => commonForm(phone) !== ours);
  return phones.length === names.phones.length ? names : { ...names, phones };
}

/** The other side of a chat: by user id, else by `wa_id`, else by phone number, else by parent id. */
export function participantOf({ around, item, contact, ourDigits }: ChatNames): string | null {
  const ours = ourDigits === null ? null : commonForm(ourDigits);
  const isTheirs = (phone: string) => commonForm(phone) !== ours;
  return (
    around.userIds[0] ??
    item.userIds[0] ??
    contact.userIds[0] ??
    around.phones.find(isTheirs) ??
    contact.phones.find(isTheirs) ??
    item.phones.find(isTheirs) ??
    around.parentIds[0] ??
    item.parentIds[0] ??
    contact.parentIds[0] ??
    null
  );
}

/** False where both have names of one kind, and none in common: a value's only contact may be somebody else. */
export function mayBeOne(item: PersonNames, contact: PersonNames, ourDigits: string | null): boolean {
  const ours = ourDigits === null ? null : commonForm(ourDigits);
  const phones = item.phones.map(commonForm).filter((phone) => phone !== ours);
  return (
    share(item.userIds, contact.userIds) &&
    share(item.parentIds, contact.parentIds) &&
    share(phones, contact.phones.map(commonForm))
  );
}

function share(some: readonly string[], others: readonly string[]): boolean {
  return some.length === 0 || others.length === 0 || some.some((name) => others.includes(name));
}

/** Mexico's 1 behind 52 and Argentina's 9 behind 54 mark mobile numbers; Brazil's got a ninth digit, a leading 9. */
const NATIONAL_FORMS: readonly (readonly [RegExp, string])[] = [
  [/^521(\d{10})$/, '52$1'],
  [/^549(\d{10})$/, '54$1'],
  [/^(55\d{2})9([6-9]\d{7})$/, '$1$2'],
];

/** One form for the digits that Meta writes in two ways: `wa_id` and `from` of one person may differ in them. */
export function commonForm(phone: string): string {
  const digits = phone.replace(/\D/g, '');
  const [, country] = /^(52|54|55)/.exec(digits) ?? [];
  if (country === undefined) return digits;
  return NATIONAL_FORMS.reduce((form, [written, common]) => form.replace(written, common), digits);
}
