/**
 * The embedded journal: a store in one SQLite file of DATA_DIR, for one writing process. Requests that wait while a
 * group is being synced go together in the next transaction.
 */
import { randomUUID } from 'node:crypto';
import { HubcastError, messageOf } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import { within } from '../../core/time-out.ts';
import { createSharedWrites, type WriteGroup } from '../group-commit.ts';
import type { Readiness, Store, StoreBacklog, StoreMeter } from '../store.ts';
import { expireRegularly } from './expire-regularly.ts';
import { journalFile, makeDataDir, makePrivate } from './files.ts';
import { createForwarding, type Forwarding } from './forwarding.ts';
import type { CallAnswer } from './messages.ts';
import { takeOwnerLock } from './owner-lock.ts';
import { packRecords } from './packed-records.ts';
import { linkWorker, type StartWorker, type WorkerLink } from './worker-link.ts';

export interface JournalOptions {
  readonly dataDir: string;
  /** Records of all topics are removed at this age, by their receipt time; null: none is removed for its age. */
  readonly retentionHours: number | null;
  /** Bound of the database file. The log beside it comes on top: some MB, and at most about 64 MB while readers lag. */
  readonly maxBytes: number;
  /** Of `maxBytes`, what remembered ids may take: the oldest are forgotten earlier. Not bounded if not given. */
  readonly maxIdBytes?: number;
  /** Bytes of file and disk that records may not fill, so that what is in Kafka can still be removed; 0 if not given. */
  readonly reserveBytes?: number;
  /** The setting that `maxBytes` comes from, for messages; JOURNAL_MAX_BYTES if not given. */
  readonly boundedBy?: string;
  /** True: records leave once they are in Kafka. */
  readonly trim?: boolean;
  /** Told when records were stored. Must not wait for anything. */
  readonly onStored?: () => void;
  readonly writeTimeoutMs: number;
  /** Records under way at most. */
  readonly maxRecords?: number;
  /** Requests that are let in at once at most. */
  readonly maxRequests?: number;
  /** Wall clock in ms since 1970. */
  readonly now: () => number;
  /** For deadlines, which must not move with the wall clock. */
  readonly monotonicMs: () => number;
  readonly log: Logger;
  readonly startWorker?: StartWorker;
  readonly meter?: StoreMeter | undefined;
}

export interface JournalCounts {
  readonly transactions: number;
  readonly stored: number;
  /** Not stored because their id was. */
  readonly repeated: number;
}

export interface Journal extends Store {
  readonly backlog: () => StoreBacklog;
  /** Removes what is too old, chunk by chunk. Runs by itself at start and every minute; resolves when none is left. */
  readonly expire: () => Promise<void>;
  readonly counts: () => JournalCounts;
  readonly forwarding: Forwarding;
  /** Refuses new records, and resolves when those under way are settled or their time is up. */
  readonly finishWrites: () => Promise<void>;
}

const READINESS_KEPT_MS = 500;
/** Under load groups get a third larger, and the price of a commit is shared by more. */
const TURNS_BETWEEN_WRITES = 2;
const MAX_GROUP_SIZE = 4 * 1024 * 1024;
/** Memory of larger groups is not kept for the next one. */
const SPARE_BYTES = 1024 * 1024;
const EVENT_ID = /^[0-9a-f]{32}$/;

/** Throws `store_locked`, `store_incompatible`, `store_full` or `store_unavailable`. */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const { dataDir, log } = options;
  makeDataDir(dataDir);
  const lock = takeOwnerLock(dataDir);
  try {
    makePrivate(dataDir, log);
    const file = journalFile(dataDir);
    const { maxBytes, maxIdBytes = null, reserveBytes = 0, boundedBy = 'JOURNAL_MAX_BYTES' } = options;
    const owner = randomUUID();
    const link = await linkWorker({ file, maxBytes, maxIdBytes, reserveBytes, boundedBy, owner }, options);
    return createJournal(options, link, lock.release);
  } catch (error) {
    lock.release();
    throw error;
  }
}

function createJournal(options: JournalOptions, link: WorkerLink, releaseLock: () => void): Journal {
  const { retentionHours, writeTimeoutMs, now, monotonicMs, log, onStored, trim = false } = options;
  const forwarding = createForwarding(link, now);
  const expiry = expireRegularly({ link, retentionHours, trim, now, log });
  const counts = { transactions: 0, stored: 0, repeated: 0 };
  let spare: ArrayBuffer | undefined;

  const writeGroup: WriteGroup = async (group) => {
    const accepted = group.filter(({ records, settle }) => {
      const wrong = records.find(({ id, dedupeKey }) => !EVENT_ID.test(dedupeKey ?? id));
      if (wrong === undefined) return true;
      settle(new HubcastError('internal', `"${wrong.id}" is not an event id: 32 lower-case hex digits are.`));
      return false;
    });
    const records = accepted.flatMap((write) => write.records);
    if (records.length === 0) return;
    const packed = packRecords(records, spare);
    spare = undefined;
    const progress = forwarding.begin();
    let answer: CallAnswer<'write'>;
    try {
      answer = await link.call('write', { ...packed, nowMs: now(), progress }, [packed.memory]);
      forwarding.end(true);
    } catch (error) {
      forwarding.end(false);
      throw error;
    }
    const { stored, repeated, memory } = answer;
    if (memory.byteLength <= SPARE_BYTES) spare = memory;
    counts.transactions += 1;
    counts.stored += stored;
    counts.repeated += repeated;
    if (repeated > 0) options.meter?.repeated(repeated);
    for (const { settle } of accepted) settle();
    if (stored > 0) onStored?.();
  };
  const writes = createSharedWrites({
    writeGroup,
    writeTimeoutMs,
    maxGroupSize: MAX_GROUP_SIZE,
    turnsBetween: TURNS_BETWEEN_WRITES,
    ...(options.maxRecords === undefined ? {} : { maxRecords: options.maxRecords }),
    ...(options.maxRequests === undefined ? {} : { maxRequests: options.maxRequests }),
    dedupeIds: 0,
    now: monotonicMs,
    meter: options.meter,
  });

  let closing: Promise<void> | undefined;
  let probe: { readonly atMs: number; readonly readiness: Promise<Readiness> } | undefined;

  async function ask(): Promise<Readiness> {
    const reason = link.down();
    if (reason !== undefined) return { ready: false, reason };
    const late: Readiness = {
      ready: false,
      reason: `The disk of the journal did not answer within ${writeTimeoutMs} ms.`,
    };
    try {
      return await within(link.call('probe', now()), writeTimeoutMs, () => late);
    } catch (error) {
      return { ready: false, reason: messageOf(error) };
    }
  }

  const finishWrites = () => within(writes.drain(), writeTimeoutMs, () => undefined);

  async function close(): Promise<void> {
    expiry.stop();
    await finishWrites();
    if (await link.stop(writeTimeoutMs)) releaseLock();
    else log.error('journal thread is stuck in the disk; its lock goes with the process');
  }

  return {
    append: writes.append,
    backlog: writes.backlog,
    readiness() {
      if (closing !== undefined) return Promise.resolve({ ready: false, reason: 'The journal is closing.' });
      const time = monotonicMs();
      if (probe === undefined || Math.abs(time - probe.atMs) >= READINESS_KEPT_MS)
        probe = { atMs: time, readiness: ask() };
      return probe.readiness;
    },
    close() {
      closing ??= close();
      return closing;
    },
    expire: expiry.expire,
    counts: () => ({ ...counts }),
    forwarding,
    finishWrites,
  };
}
