/** The latest records of several lanes: each lane is read backwards, and the newest of all lanes comes first. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Bounds, Lane, ReadBack, StoredRecord } from '../records/record.ts';

export interface RecentQuestion {
  readonly topics: readonly string[];
  readonly matches: (record: StoredRecord) => boolean;
  readonly limit: number;
  /** Where the page before ended; empty for the first page. */
  readonly before: Bounds;
  /** Only these lanes. */
  readonly lanes?: ReadonlySet<string>;
  /** What was received before or at and after these times need not be read. */
  readonly sinceMs?: number | undefined;
  readonly untilMs?: number | undefined;
  /** A page ends after so many records: a rare type in a large topic is found over several pages. */
  readonly mostLookedAt?: number;
}

export interface RecentPage {
  /** The newest first. */
  readonly records: readonly StoredRecord[];
  /** Null where there is nothing older. */
  readonly next: Bounds | null;
}

const MAX_LOOKED_AT = 20_000;
/** In characters; a page has one record at least. */
const MAX_PAGE = 4 * 1024 * 1024;
const MAX_STEP = 50;

interface Stack {
  readonly name: string;
  records: StoredRecord[];
  bound: string;
  more: boolean;
}

export async function readRecent(readBack: ReadBack, question: RecentQuestion): Promise<RecentPage> {
  const { topics, matches, limit, before, lanes, sinceMs, untilMs, mostLookedAt = MAX_LOOKED_AT } = question;
  const stacks = new Map<string, Stack>();
  const put = ({ name, records, bound, more }: Lane) => {
    // Offsets between a lane's last record and its bound are used up with that record.
    stacks.set(name, { name, records: [...records], bound, more });
  };
  const count = Math.min(limit, MAX_STEP);
  for (const lane of await readBack({ topics, before, count, sinceMs, untilMs, ...(lanes && { lanes }) })) put(lane);
  const ends = new Map([...stacks.values()].map(({ name, records, bound }) => [name, endOf(records, bound)]));
  const found: StoredRecord[] = [];
  let size = 0;
  let lookedAt = 0;
  while (found.length < limit && lookedAt < mostLookedAt && size < MAX_PAGE) {
    const empty = [...stacks.values()].filter(({ records, more }) => more && records.length === 0);
    if (empty.length > 0) {
      // A journal answers within this turn: without a pause a rare text would hold up webhooks for a whole page.
      await nextTurn();
      const bounds = Object.fromEntries(empty.map(({ name, bound }) => [name, bound]));
      const names = new Set(empty.map(({ name }) => name));
      for (const lane of await readBack({ topics, before: bounds, count: MAX_STEP, lanes: names, sinceMs })) put(lane);
      lookedAt += 1;
      continue;
    }
    const newest = newestOf(stacks.values());
    const record = newest?.records.pop();
    if (newest === undefined || record === undefined) break;
    ends.set(newest.name, record.offset);
    lookedAt += 1;
    if (!matches(record)) continue;
    found.push(record);
    size += record.value.length;
  }
  const left = [...stacks.values()].some(({ records, more }) => more || records.length > 0);
  return { records: found, next: left ? Object.fromEntries(ends) : null };
}

/** The bound of a lane of which nothing was taken yet: behind its last record. */
function endOf(records: readonly StoredRecord[], bound: string): string {
  const last = records.at(-1);
  return last === undefined ? bound : String(BigInt(last.offset) + 1n);
}

function newestOf(stacks: Iterable<Stack>): Stack | undefined {
  let newest: Stack | undefined;
  for (const stack of stacks) {
    const timeMs = stack.records.at(-1)?.timestampMs;
    if (timeMs !== undefined && timeMs >= (newest?.records.at(-1)?.timestampMs ?? Number.NEGATIVE_INFINITY)) {
      newest = stack;
    }
  }
  return newest;
}
