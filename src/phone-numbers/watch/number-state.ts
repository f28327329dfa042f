/**
 * The known state of each phone number, and how readings of Graph and webhooks change it. Pure: every replica
 * computes the same result, so a change that is found twice has the same version and the same id.
 */
import { isDeepStrictEqual } from 'node:util';
import { type NumberState, numberState } from '../../events/system/phone-numbers.ts';

export type { NumberState } from '../../events/system/phone-numbers.ts';

/** The known state of one number of one account. */
export interface KeptNumber {
  readonly accountId: string;
  readonly digits: string;
  /** Rises by one with each change. */
  readonly version: number;
  readonly state: NumberState;
  /** Members set by webhooks, with the event's time and id. */
  readonly reported: Readonly<Record<string, Reported>>;
  /** Time of the last reading of Graph that changed the state. */
  readonly readAtMs: number | null;
}

export interface Reported {
  readonly atMs: number;
  readonly by: string;
}

/** An account whose list was read completely. */
export interface KeptList {
  readonly accountId: string;
  readonly digits: readonly string[];
  /** The highest version of removed numbers: new numbers continue from it. */
  readonly removedVersion: number;
  readonly readAtMs: number;
}

export type GraphReading = Readonly<Partial<NumberState> & Pick<NumberState, 'id'>>;

/** The members that an event sets, its time and its id. */
export interface MemberChange extends Reported {
  readonly members: Readonly<Partial<NumberState>>;
}

/** Graph may still return the old value for this long after a webhook, so the webhook takes precedence. */
export const WEBHOOK_COUNTS_MS = 60_000;

export const MEMBERS = Object.keys(numberState.shape) as readonly (keyof NumberState)[];

const NOTHING_KNOWN = Object.fromEntries(
  MEMBERS.map((name) => [name, name === 'restrictions' ? [] : null]),
) as unknown as NumberState;

export function newNumber(
  of: Pick<KeptNumber, 'accountId' | 'digits'>,
  reading: GraphReading,
  { atMs, after }: { readonly atMs: number; readonly after: number },
): KeptNumber {
  return { ...of, version: after + 1, state: { ...NOTHING_KNOWN, ...reading }, reported: {}, readAtMs: atMs };
}

/** @returns the same object if there is no change */
export function readNumber(kept: KeptNumber, reading: GraphReading, atMs: number): KeptNumber {
  const fresh = Object.fromEntries(
    Object.entries(reading).filter(([name]) => atMs >= (kept.reported[name]?.atMs ?? -Infinity) + WEBHOOK_COUNTS_MS),
  );
  const restrictions = kept.state.restrictions.filter(({ expires_at: end }) => end === null || Date.parse(end) > atMs);
  const lapsed = restrictions.length < kept.state.restrictions.length ? { restrictions } : {};
  return changed(kept, { ...fresh, ...lapsed }, { readAtMs: atMs });
}

/**
 * @param lastReadMs when Graph was last read: its answer includes earlier events, if it has the member
 * @returns the same object if the event changes no member; the same version if it repeats known values
 */
export function applyEvent(kept: KeptNumber, change: MemberChange, lastReadMs: number | null): KeptNumber {
  const { atMs, by } = change;
  const changes = Object.entries(change.members)
    .flatMap(([name, value]) => partsOf(name, value))
    .filter(({ part, name }) => {
      if (!isLater({ atMs, by }, kept.reported[part])) return false;
      return !READ_MEMBERS.has(name) || lastReadMs === null || atMs + WEBHOOK_COUNTS_MS > lastReadMs;
    });
  if (changes.length === 0) return kept;
  const reported = { ...kept.reported, ...Object.fromEntries(changes.map(({ part }) => [part, { atMs, by }])) };
  const members: Record<string, unknown> = {};
  for (const { name, value } of changes)
    members[name] = mergedWith(members[name] ?? kept.state.restrictions, name, value);
  return { ...changed(kept, members, {}), reported };
}

/** The unit of an update: a member, or a restriction of one kind. */
function partsOf(name: string, value: unknown) {
  if (name !== 'restrictions') return [{ part: name, name, value }];
  return (value as Restrictions).map((one) => ({ part: `restrictions:${one.type}`, name, value: one as unknown }));
}

type Restrictions = NumberState['restrictions'];

/** Restrictions of other kinds stay in force. */
function mergedWith(before: unknown, name: string, value: unknown): unknown {
  if (name !== 'restrictions') return value;
  const added = value as Restrictions[number];
  const others = (before as Restrictions).filter(({ type }) => type !== added.type);
  return [...others, added].sort((a, b) => (a.type < b.type ? -1 : 1));
}

/** Among events of the same second the higher id wins, so every reading order ends in the same state. */
function isLater(one: Reported, other: Reported | undefined): boolean {
  if (other === undefined || one.atMs > other.atMs) return true;
  return one.atMs === other.atMs && one.by > other.by;
}

function changed(
  kept: KeptNumber,
  members: Readonly<Record<string, unknown>>,
  more: { readonly readAtMs?: number },
): KeptNumber {
  const state = { ...kept.state, ...members } as NumberState;
  if (differing(kept.state, state).length === 0) return kept;
  return { ...kept, ...more, state, version: kept.version + 1 };
}

export function differing(before: NumberState, after: NumberState): readonly (keyof NumberState)[] {
  return MEMBERS.filter((name) => !isDeepStrictEqual(before[name], after[name]));
}

/** Members that Graph returns too. */
const READ_MEMBERS: ReadonlySet<string> = new Set<keyof NumberState>([
  'verified_name',
  'name_status',
  'new_display_name',
  'limit',
  'pin_enabled',
]);
