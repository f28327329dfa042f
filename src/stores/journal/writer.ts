/**
 * The journal's writes, on the thread that owns the file. A group of records is one transaction, synced to disk
 * (`synchronous = FULL`) before `write` returns.
 */
import { DatabaseSync } from 'node:sqlite';
import { messageOf } from '../../core/errors.ts';
import type { Readiness } from '../store.ts';
import { keepFrames } from './batch-format.ts';
import { openBatchTable } from './batch-table.ts';
import { createCheckpoints } from './checkpoints.ts';
import { openDedupeIds } from './dedupe-ids.ts';
import { createSpaceGuard, freeDiskBytes, MIN_DISK_BYTES } from './disk-space.ts';
import { ID_BYTES, NOT_DEDUPLICATED, ONCE } from './encode-group.ts';
import { createExpiry } from './expiry.ts';
import { openForwardingTable } from './forwarding-table.ts';
import type { Answers, Migrated, Requests, WorkerSettings } from './messages.ts';
import { migrate, SCHEMA_VERSION } from './migrations.ts';
import { checkSchema, schemaVersion } from './schema.ts';
import { toJournalError } from './sqlite-error.ts';

export interface Writer {
  /** Undefined where nothing had to be done. */
  readonly migrated: Migrated | undefined;
  readonly write: (request: Requests['write']) => Answers['write'];
  readonly expire: (request: Requests['expire']) => Answers['expire'];
  readonly take: (request: Requests['take']) => Answers['take'];
  readonly advance: (request: Requests['advance']) => Answers['advance'];
  readonly backlog: () => Answers['backlog'];
  readonly unpark: () => Answers['unpark'];
  readonly probe: (request: Requests['probe']) => Readiness;
  /** To be called when the answer is on its way: what it costs must not delay an acknowledgement. */
  readonly checkpointIfDue: () => void;
  readonly close: () => void;
}

/** Meta repeats a delivery for up to 7 days. */
export const REMEMBER_MS = 8 * 24 * 60 * 60 * 1000;

/** In the sorted table, whose pages random ids fill to two thirds. */
const BYTES_OF_AN_ID = 48;

/** Of a new file. Fewer writes for a batch than with the usual 4 kB, and no more of them for the ends of the tables. */
const PAGE_BYTES = 8192;
/** SQLite's own smallest working size; a smaller bound could not even hold the tables. */
const MIN_PAGES = 32;
/** SQLite's own bound. */
const MAX_PAGES = 0xfffffffe;
/** How long a foreign writer (an sqlite3 shell) is waited for. */
const BUSY_TIMEOUT_MS = 2000;

export function openWriter(settings: WorkerSettings): Writer {
  const { file, boundedBy } = settings;
  const translate = (error: unknown) =>
    toJournalError(error, file, () => freeDiskBytes(file) < MIN_DISK_BYTES, boundedBy);
  try {
    const { database, migrated } = openDatabase(settings);
    return createWriter(database, migrated, settings, translate);
  } catch (error) {
    throw translate(error);
  }
}

function openDatabase({ file, maxBytes }: WorkerSettings): {
  readonly database: DatabaseSync;
  readonly migrated: Migrated | undefined;
} {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    checkSchema(database, file);
    database.exec(`
      PRAGMA page_size = ${PAGE_BYTES};
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA cache_size = -16384;
      PRAGMA wal_autocheckpoint = 0;
      PRAGMA journal_size_limit = 16777216;
    `);
    const from = schemaVersion(database);
    migrate(database, from);
    const pageBytes = Number(database.prepare('PRAGMA page_size').get()?.page_size);
    const pages = Math.min(MAX_PAGES, Math.max(MIN_PAGES, Math.floor(maxBytes / pageBytes)));
    database.exec(`PRAGMA max_page_count = ${pages}`);
    const migrated = from === 0 || from === SCHEMA_VERSION ? undefined : { from, to: SCHEMA_VERSION };
    return { database, migrated };
  } catch (error) {
    database.close();
    throw error;
  }
}

function createWriter(
  database: DatabaseSync,
  migrated: Migrated | undefined,
  settings: WorkerSettings,
  translate: (error: unknown) => Error,
): Writer {
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  const touchProbe = database.prepare('UPDATE probe SET at_ms = ? WHERE id = 1');
  const dedupeIds = openDedupeIds(database, {
    rememberMs: REMEMBER_MS,
    maxIds: settings.maxIdBytes === null ? undefined : Math.floor(settings.maxIdBytes / BYTES_OF_AN_ID),
  });
  const batches = openBatchTable(database);
  const forwarding = openForwardingTable(database, batches);
  const removeExpired = createExpiry(database, batches, dedupeIds);
  const checkpoints = createCheckpoints(database);
  const space = createSpaceGuard(database, settings);

  function inTransaction<T>(work: () => T, writtenBytes: (result: T) => number): T {
    try {
      begin.run();
      const result = work();
      commit.run();
      dedupeIds.settle(true);
      forwarding.settle(true);
      checkpoints.written(writtenBytes(result));
      return result;
    } catch (error) {
      // SQLite itself rolls back on a full disk and some I/O errors.
      if (database.isTransaction) database.exec('ROLLBACK');
      dedupeIds.settle(false);
      forwarding.settle(false);
      batches.forget();
      throw translate(error);
    }
  }

  /** Records whose id is remembered are left out: whole batches as they came, unless there are such. */
  function store({ memory, batches: placed, nowMs }: Requests['write']): {
    readonly stored: number;
    readonly repeated: number;
    readonly bytes: number;
  } {
    const bytes = new Uint8Array(memory);
    const ids = new DataView(memory);
    const total = placed.reduce((sum, { count }) => sum + count, 0);
    const known = dedupeIds.known(bytes.subarray(0, total * ID_BYTES), nowMs);
    let number = 0;
    let stored = 0;
    let storedBytes = 0;
    for (const batch of placed) {
      const repeated = new Set<number>();
      for (let index = 0; index < batch.count; index += 1, number += 1) {
        const kind = bytes[total * ID_BYTES + number];
        if (kind === NOT_DEDUPLICATED) continue;
        const isKnown = known.has(number) || !dedupeIds.add(ids, number * ID_BYTES);
        if (isKnown && kind === ONCE) repeated.add(index);
      }
      const content = bytes.subarray(batch.start, batch.end);
      const kept =
        repeated.size === 0
          ? { ...batch, blob: content }
          : keepFrames(content, (_f, _b, index) => !repeated.has(index));
      if (kept === undefined) continue;
      space.claim(kept.blob.byteLength);
      batches.add(kept, kept.blob, batch.count);
      stored += kept.count;
      storedBytes += kept.blob.byteLength;
    }
    dedupeIds.flush(nowMs);
    return { stored, repeated: total - stored, bytes: storedBytes };
  }

  return {
    migrated,
    write(request) {
      const { memory, progress } = request;
      const { stored, repeated, bytes } = inTransaction(
        () => {
          if (progress !== undefined) forwarding.advance(progress);
          return store(request);
        },
        (written) => written.bytes,
      );
      forwarding.stored(stored, bytes);
      return { stored, repeated, memory };
    },
    expire: ({ nowMs, beforeMs, trim }) =>
      inTransaction(
        () => {
          const trimmed = trim ? forwarding.trim() : { records: 0, more: false };
          const expired = removeExpired(nowMs, beforeMs);
          const records = trimmed.records + expired.records;
          return { records, ids: expired.ids, more: trimmed.more || expired.more, bytes: expired.bytes };
        },
        ({ bytes }) => bytes,
      ),
    take: ({ after, maxBytes }) => {
      try {
        return forwarding.take(after, maxBytes);
      } catch (error) {
        throw translate(error);
      }
    },
    advance({ progress }) {
      inTransaction(
        () => forwarding.advance(progress),
        () => 0,
      );
      return null;
    },
    backlog: forwarding.backlog,
    unpark: () =>
      inTransaction(
        () => forwarding.unpark(),
        () => 0,
      ),
    probe({ nowMs }) {
      try {
        const reason = space.rejectionReason();
        if (reason !== undefined) return { ready: false, reason };
        inTransaction(
          () => touchProbe.run(nowMs),
          () => 0,
        );
        const held = `A reader keeps ${settings.file}-wal from being emptied: end programs that hold the journal open in a transaction.`;
        return { ready: true, warnings: [...space.warnings(), ...(checkpoints.heldBack() ? [held] : [])] };
      } catch (error) {
        return { ready: false, reason: messageOf(error) };
      }
    },
    checkpointIfDue: checkpoints.runIfDue,
    close: () => database.close(),
  };
}
