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

export function namesIn(value: unknown, { userId, parentId, phone }: PersonMembers): PersonNames {
  return { userIds: textsAt(value, userId), parentIds: textsAt(value, parentId), phones: textsAt(value, phone) };
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

function textsAt(value: unknown, paths: readonly Path[]): readonly string[] {
  let texts: readonly string[] = NOTHING;
  for (const path of paths) {
    const found = textsIn(value, path, 0);
    if (found !== NOTHING) texts = texts === NOTHING ? found : [...texts, ...found];
  }
  return texts;
}

function textsIn(part: unknown, path: Path, depth: number): readonly string[] {
  if (Array.isArray(part)) return part.flatMap((item) => textsIn(item, path, depth));
  if (depth === path.length) {
    // An empty name counts as none.
    if (typeof part === 'string') return part === '' ? NOTHING : [part];
    return typeof part === 'number' ? [String(part)] : NOTHING;
  }
  if (typeof part !== 'object' || part === null) return NOTHING;
  const name = path[depth] as string;
  return Object.hasOwn(part, name) ? textsIn((part as Record<string, unknown>)[name], path, depth + 1) : NOTHING;
}

/** The places where Meta names the other side of a chat, and our own number, which is never the other side. */
export interface ChatNames {
  /** From what stands around the item, such as the thread of a history. */
  readonly around: PersonNames;
  readonly item: PersonNames;
  readonly contact: PersonNames;
  readonly ourDigits: string | null;
}

/** The other side of a chat: by user id, else by parent id, else by `wa_id`, else by phone number. */
export function participantOf({ around, item, contact, ourDigits }: ChatNames): string | null {
  const ours = ourDigits === null ? null : commonForm(ourDigits);
  const isTheirs = (phone: string) => commonForm(phone) !== ours;
  return (
    around.userIds[0] ??
    item.userIds[0] ??
    contact.userIds[0] ??
    around.parentIds[0] ??
    item.parentIds[0] ??
    contact.parentIds[0] ??
    around.phones.find(isTheirs) ??
    contact.phones.find(isTheirs) ??
    item.phones.find(isTheirs) ??
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
