/**
 * The numbers' leader keeps their state and publishes its changes. It processes webhooks and answers of Graph one
 * at a time, and writes a change before the state that contains it. A leader that stops between the two, or its successor, finds the
 * same change again, with the same id.
 */
import { pause } from '../../core/time-out.ts';
import { type OutgoingRecord, positionName, type ReadRecords, type StoredRecord } from '../../records/record.ts';
import type { Lease } from '../../stores/lease.ts';
import type { Snapshot } from '../look-ups/account-list.ts';
import { forEach, LISTS_AT_ONCE } from '../look-ups/search-lists.ts';
import { createLeaseWork, LeaseLost, type LeaseWork } from './lease-work.ts';
import { createStateIntake, type StateIntake } from './state-intake.ts';
import { generationOf, type StateRecordOptions } from './state-records.ts';
import { createStateView, type StateView } from './state-view.ts';
import { createStateWriter, type StateWriter } from './state-writer.ts';

export interface LeaderOptions {
  readonly accountIds: readonly string[];
  readonly intervalMs: number;
  /** Records older than this are written again, before retention removes them. Null if compaction keeps them. */
  readonly rewriteAfterMs: number | null;
  /** True if another process could write the state too. */
  readonly shared: boolean;
  /** Reads of the account's lists in the last hour, by this process. */
  readonly readsLately: (accountId: string) => number;
  /** Reads the account's list from Graph, unless it was read within this time. */
  readonly readList: (accountId: string, maxAgeMs: number) => Promise<unknown>;
  /** The last complete list. */
  readonly lastList: (accountId: string) => Snapshot | null;
  /** Called with events that are newer than the account's list, whichever replica received them. */
  readonly onEvent: (event: { readonly topic: string; readonly key: string | null }) => void;
  readonly read: ReadRecords;
  readonly append: (records: readonly OutgoingRecord[]) => Promise<void>;
  readonly stateTopic: string;
  readonly eventTopics: readonly string[];
  /** Accounts may be of different Meta apps, with topics of their own. */
  readonly recordOptions: (accountId: string) => Omit<StateRecordOptions, 'generation'>;
  readonly now: () => number;
  readonly log: {
    readonly info: (about: object, text: string) => void;
    readonly warn: (about: object, text: string) => void;
  };
}

/** Limit of the watch's reads per hour and account. Meta's lower limit is 200, and look-ups need a part of it. */
export const MAX_READS_PER_HOUR = 180;
const LONGEST_TICK_MS = 1_000;
/** Past events are processed after the lists, which contain missed changes, if the lists arrive within this time. */
const FIRST_LISTS_MS = 10_000;
const COMMIT_INTERVAL_MS = 1_000;

/** @returns the state when the lease has ended */
export async function keepState(options: LeaderOptions, lease: Lease, view = createStateView()): Promise<StateView> {
  const { log } = options;
  const work = createLeaseWork(lease, log);
  let generation = lease.generation;
  const writer = createStateWriter({
    view,
    append: (records) => work.insist('writing it', () => options.append(records)),
    recordOptions: (accountId) => ({ ...options.recordOptions(accountId), generation }),
  });
  const { positions, strange } = await readState(options, work, view, writer);
  generation = Math.max(generation, view.generation() + 1);
  log.info({ generation, numbers: view.size() }, 'this replica keeps the state of the phone numbers');
  const intake = createStateIntake({ ...options, generation, view, writer, lease: work });
  for (const record of strange) await work.inTurn(() => intake.repair(record));
  const watch = createListWatch(options, work, intake, writer);

  const firstLists = watch.readLists().catch(() => undefined);
  const tasks = [
    work.forever('reading the lists', async () => {
      await firstLists;
      await watch.run();
    }),
    ...(options.shared ? [work.forever('following it', () => followState(options, work, intake, positions))] : []),
    Promise.race([firstLists, pause(FIRST_LISTS_MS, work.signal)]).then(() =>
      work.forever('following the events', () => followEvents(options, work, intake, lease)),
    ),
  ];
  const ends = await Promise.allSettled(tasks);
  const failure = ends.find((end) => end.status === 'rejected' && !(end.reason instanceof LeaseLost));
  if (failure?.status === 'rejected') throw failure.reason;
  return view;
}

/** @returns the position up to which the state's topic was read, and the last records of keys that no leader wrote */
async function readState(
  { read, stateTopic }: LeaderOptions,
  { insist, signal }: LeaseWork,
  view: StateView,
  writer: StateWriter,
): Promise<{ readonly positions: Map<string, string>; readonly strange: readonly StoredRecord[] }> {
  const positions = new Map<string, string>();
  const strange = new Map<string, StoredRecord>();
  await insist('reading it', async () => {
    for await (const record of read({ topics: [stateTopic], from: 'start', follow: false, signal })) {
      positions.set(positionName(record.topic, record.partition), next(record.offset));
      const isTaken = view.take(record);
      if (isTaken) writer.noteStored(record);
      if (record.key === null) continue;
      if (generationOf(record) === null) strange.set(record.key, record);
      else if (isTaken) strange.delete(record.key);
    }
    if (signal.aborted) throw new LeaseLost();
  });
  return { positions, strange: [...strange.values()] };
}

/** Reads the lists regularly, within the budget, and writes old records again. */
function createListWatch(options: LeaderOptions, work: LeaseWork, intake: StateIntake, writer: StateWriter) {
  const { accountIds, intervalMs, rewriteAfterMs, now } = options;
  const { signal, inTurn } = work;
  const tickMs = Math.min(LONGEST_TICK_MS, intervalMs / 5);
  const readMs = new Map<string, number>();

  async function readLists(): Promise<void> {
    await forEach(accountIds, LISTS_AT_ONCE, async (accountId) => {
      if (signal.aborted) return;
      const sinceMs = now() - (readMs.get(accountId) ?? Number.NEGATIVE_INFINITY);
      if (sinceMs >= intervalMs - tickMs && options.readsLately(accountId) < MAX_READS_PER_HOUR) {
        readMs.set(accountId, now());
        // The look-ups log the failure.
        await options.readList(accountId, intervalMs / 2).catch(() => undefined);
      }
      if (intake.hasNewList(accountId)) await inTurn(() => intake.takeList(accountId));
    });
  }

  async function rewriteOld(): Promise<void> {
    if (rewriteAfterMs === null) return;
    for (const [accountId, old] of writer.writtenBefore(now() - rewriteAfterMs)) {
      await inTurn(() => writer.store(accountId, { changes: [], steps: [old] }));
    }
  }

  return {
    readLists,
    async run(): Promise<void> {
      while (!signal.aborted) {
        await pause(tickMs, signal);
        await readLists();
        await rewriteOld();
      }
    },
  };
}

async function followState(
  { read, stateTopic }: LeaderOptions,
  { inTurn, signal }: LeaseWork,
  intake: StateIntake,
  positions: Map<string, string>,
): Promise<void> {
  for await (const record of read({ topics: [stateTopic], from: { positions }, follow: true, signal })) {
    await inTurn(() => intake.repair(record));
    positions.set(positionName(record.topic, record.partition), next(record.offset));
  }
}

async function followEvents(
  { read, eventTopics, now }: LeaderOptions,
  { inTurn, insist, signal }: LeaseWork,
  intake: StateIntake,
  lease: Lease,
): Promise<void> {
  const from = new Map(await insist('reading the positions of the last leader', () => lease.positions(eventTopics)));
  let committedMs = now();
  for await (const record of read({ topics: eventTopics, from: { positions: from }, follow: true, signal })) {
    await inTurn(() => intake.takeEvent(record));
    from.set(positionName(record.topic, record.partition), next(record.offset));
    if (now() - committedMs < COMMIT_INTERVAL_MS) continue;
    committedMs = now();
    await lease.commit(new Map(from)).catch(() => undefined);
  }
}

function next(offset: string): string {
  return String(BigInt(offset) + 1n);
}
