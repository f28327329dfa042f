/**
 * Keeps the state of the phone numbers, and tells its changes: takes in what webhooks said and what Graph answers, one
 * at a time, and writes the change before the state that has it. Whoever is stopped between the two finds the same
 * change again, with the same id.
 */
import { messageOf } from '../../core/errors.ts';
import { createLogThrottle } from '../../core/log-throttle.ts';
import { pause } from '../../core/time-out.ts';
import { decodeEvent } from '../../events/decoding/decode-event.ts';
import type { OutgoingRecord, Positions, ReadRecords, StoredRecord } from '../../records/record.ts';
import { positionName } from '../../records/record.ts';
import type { Snapshot } from '../look-ups/account-list.ts';
import { forEach, LISTS_AT_ONCE } from '../look-ups/search-lists.ts';
import { type KeptNumber, tellNumber } from './number-state.ts';
import { toChange } from './state-from-events.ts';
import { applyList, type Missing } from './state-list.ts';
import type { StateRecordOptions } from './state-records.ts';
import { createStateView, type StateView } from './state-view.ts';
import { createStateWriter, generationOf } from './state-writer.ts';

/** The right to keep the state, until `signal` aborts. */
export interface Leadership {
  readonly generation: number;
  readonly signal: AbortSignal;
  /** Asked before each write. */
  readonly isValid: () => boolean;
  /** Where the leader before stood in the events. */
  readonly positions: (topics: readonly string[]) => Promise<Positions>;
  readonly commit: (positions: Positions) => Promise<void>;
}

export interface LeaderOptions {
  readonly accountIds: readonly string[];
  readonly intervalMs: number;
  /** Where records go by age: the state is written again before. Null where compaction keeps it. */
  readonly rewriteAfterMs: number | null;
  /** Whether somebody else could write the state as well. */
  readonly shared: boolean;
  /** Reads of the account's lists in the last hour, by this process. */
  readonly readsLately: (accountId: string) => number;
  /** Asks Graph for the account's list, unless it was read within this time. */
  readonly readList: (accountId: string, maxAgeMs: number) => Promise<unknown>;
  /** The last complete list. */
  readonly lastList: (accountId: string) => Snapshot | null;
  /** Told of events that are newer than the account's list, whoever received them. */
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

/** Reads in an hour and account that the watch leaves alone: other reads have room up to Meta's lower limit of 200. */
export const MAX_READS_PER_HOUR = 180;
const LONGEST_TICK_MS = 1_000;
/** What was missed is in the lists: webhooks of the past are taken after them, if they come soon. */
const FIRST_LISTS_MS = 10_000;
const COMMIT_INTERVAL_MS = 1_000;
const RETRY_MS = 500;
const LOG_INTERVAL_MS = 30_000;

/** @returns when the lease is over; the state as it is then */
export async function keepState(
  options: LeaderOptions,
  lease: Leadership,
  view = createStateView(),
): Promise<StateView> {
  const { accountIds, intervalMs, stateTopic, eventTopics, read, now, log } = options;
  const end = new AbortController();
  const signal = AbortSignal.any([lease.signal, end.signal]);
  const isOurs = () => !signal.aborted && lease.isValid();
  const tickMs = Math.min(LONGEST_TICK_MS, intervalMs / 5);
  const askedMs = new Map<string, number>();
  const taken = new Map<string, Snapshot>();
  const missing: Missing = new Map();
  const mayLog = createLogThrottle({ intervalMs: LOG_INTERVAL_MS });
  let last: Promise<unknown> = Promise.resolve();

  /** One at a time: what is read of the state is what is written to it. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  }

  /** Until it worked, or the lease is over. */
  async function insist<T>(what: string, work: () => Promise<T>): Promise<T> {
    for (;;) {
      if (!isOurs()) throw new HoldLost();
      try {
        return await work();
      } catch (error) {
        if (error instanceof HoldLost) throw error;
        if (mayLog()) {
          log.warn({ error: messageOf(error) }, `the state of the phone numbers: ${what} failed, and is tried again`);
        }
        await pause(RETRY_MS, signal);
      }
    }
  }

  let generation = lease.generation;
  const writer = createStateWriter({
    view,
    append: (records) => insist('writing it', () => options.append(records)),
    recordOptions: (accountId) => ({ ...options.recordOptions(accountId), generation }),
  });
  const positions = new Map<string, string>();
  await insist('reading it', async () => {
    for await (const record of read({ topics: [stateTopic], from: 'start', follow: false, signal })) {
      positions.set(positionName(record.topic, record.partition), next(record.offset));
      if (view.take(record)) writer.noteStored(record);
    }
    if (signal.aborted) throw new HoldLost();
  });
  generation = Math.max(generation, view.generation() + 1);
  log.info({ generation, numbers: view.size() }, 'this replica keeps the state of the phone numbers');

  async function takeList(accountId: string): Promise<void> {
    const snapshot = options.lastList(accountId);
    if (snapshot === null || taken.get(accountId) === snapshot) return;
    const account = view.account(accountId) ?? { list: null, numbers: new Map<string, KeptNumber>() };
    await writer.store(accountId, applyList(accountId, account, snapshot, missing));
    taken.set(accountId, snapshot);
  }

  async function takeEvent(record: StoredRecord): Promise<void> {
    const event = decoded(record);
    if (event === null || event.type === 'whatsapp.phone_number.changed') return;
    const [accountId = ''] = record.key?.split(':') ?? [];
    if (record.timestampMs > (taken.get(accountId)?.fetchedAtMs ?? 0)) options.onEvent(record);
    const change = toChange(event);
    const account = change === null ? undefined : view.account(change.accountId);
    if (change === null || account === undefined) return;
    const about = change.digits === null ? [...account.numbers.values()] : [account.numbers.get(change.digits)];
    const lastReadMs = taken.get(change.accountId)?.fetchedAtMs ?? account.list?.readAtMs ?? null;
    const pairs = about.flatMap((before) => {
      const after = before === undefined ? undefined : tellNumber(before, change, lastReadMs);
      return before === undefined || after === undefined || after === before ? [] : [{ before, after }];
    });
    const changes = pairs
      .filter(({ before, after }) => after.version !== before.version)
      .map((pair) => ({ ...pair, atMs: change.atMs, eventId: change.by }));
    await writer.store(change.accountId, {
      changes,
      steps: [pairs.map(({ after }) => ({ kind: 'number', number: after }))],
    });
  }

  /** What a replaced leader wrote late does not stay the last word. */
  async function repair(record: StoredRecord): Promise<void> {
    const written = generationOf(record);
    if (written === generation || record.key === null) return;
    if (written > generation) {
      end.abort();
      throw new HoldLost();
    }
    log.warn({ key: record.key, generation: written }, 'a replaced leader wrote late; its record is written over');
    await writer.writeOver(record.key);
  }

  async function askLists(): Promise<void> {
    await forEach(accountIds, LISTS_AT_ONCE, async (accountId) => {
      if (signal.aborted) return;
      const sinceMs = now() - (askedMs.get(accountId) ?? Number.NEGATIVE_INFINITY);
      if (sinceMs >= intervalMs - tickMs && options.readsLately(accountId) < MAX_READS_PER_HOUR) {
        askedMs.set(accountId, now());
        // Why it failed is said by the look-ups.
        await options.readList(accountId, intervalMs / 2).catch(() => undefined);
      }
      if (options.lastList(accountId) !== (taken.get(accountId) ?? null)) await inTurn(() => takeList(accountId));
    });
  }

  async function rewriteOld(): Promise<void> {
    const { rewriteAfterMs } = options;
    if (rewriteAfterMs === null) return;
    for (const [accountId, old] of writer.writtenBefore(now() - rewriteAfterMs)) {
      await inTurn(() => writer.store(accountId, { changes: [], steps: [old] }));
    }
  }

  async function watch(): Promise<void> {
    while (!signal.aborted) {
      await pause(tickMs, signal);
      await askLists();
      await rewriteOld();
    }
  }

  async function followState(): Promise<void> {
    for await (const record of read({ topics: [stateTopic], from: { positions }, follow: true, signal })) {
      await inTurn(() => repair(record));
      positions.set(positionName(record.topic, record.partition), next(record.offset));
    }
  }

  async function followEvents(): Promise<void> {
    const from = new Map(await insist('asking where the last leader stood', () => lease.positions(eventTopics)));
    let committedMs = now();
    for await (const record of read({ topics: eventTopics, from: { positions: from }, follow: true, signal })) {
      await inTurn(() => takeEvent(record));
      from.set(positionName(record.topic, record.partition), next(record.offset));
      if (now() - committedMs < COMMIT_INTERVAL_MS) continue;
      committedMs = now();
      await lease.commit(new Map(from)).catch(() => undefined);
    }
  }

  /** A reader that gives up begins again: everything it brings may be taken twice. */
  async function going(what: string, work: () => Promise<void>): Promise<void> {
    while (!signal.aborted) await insist(what, work);
  }

  const firstLists = askLists().catch(() => undefined);
  const tasks = [
    going('asking Graph', async () => {
      await firstLists;
      await watch();
    }),
    ...(options.shared ? [going('following it', followState)] : []),
    Promise.race([firstLists, pause(FIRST_LISTS_MS, signal)]).then(() => going('following the events', followEvents)),
  ];
  const ends = await Promise.allSettled(tasks);
  const failure = ends.find((end) => end.status === 'rejected' && !(end.reason instanceof HoldLost));
  if (failure?.status === 'rejected') throw failure.reason;
  return view;
}

class HoldLost extends Error {
  constructor() {
    super('another replica keeps the state now');
    this.name = 'HoldLost';
  }
}

function decoded({ value }: StoredRecord): ReturnType<typeof decodeEvent> | null {
  try {
    return decodeEvent({ value });
  } catch {
    return null;
  }
}

function next(offset: string): string {
  return String(BigInt(offset) + 1n);
}
