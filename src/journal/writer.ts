/**
 * The journal's writes, on the thread that owns the file. A group of records is one transaction, synced to disk
 * (`synchronous = FULL`) before `write` returns.
 */
import { statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { messageOf } from '../errors.ts';
import type { Readiness } from '../store/store.ts';
import { keepFrames } from './batch-format.ts';
import { openBatchTable } from './batch-table.ts';
import { createCheckpoints } from './checkpoints.ts';
import { ID_BYTES, ONCE, REPEATABLE } from './encode-group.ts';
import { createExpiry } from './expiry.ts';
import type { Answers, Requests, WorkerSettings } from './messages.ts';
import { openRememberedIds } from './remembered-ids.ts';
import { checkSchema, createSchema } from './schema.ts';
import { toJournalError } from './sqlite-error.ts';

export interface Writer {
  readonly write: (request: Requests['write']) => Answers['write'];
  readonly expire: (request: Requests['expire']) => Answers['expire'];
  readonly probe: (request: Requests['probe']) => Readiness;
  /** To be called when the answer is on its way: what it costs must not delay an acknowledgement. */
  readonly checkpointIfDue: () => void;
  readonly close: () => void;
}

/** Meta repeats a delivery for up to 7 days. */
export const REMEMBER_MS = 8 * 24 * 60 * 60 * 1000;

/** Of a new file. Fewer writes for a batch than with the usual 4 kB, and no more of them for the ends of the tables. */
const PAGE_BYTES = 8192;
/** SQLite's own smallest working size; a smaller bound could not even hold the tables. */
const MIN_PAGES = 32;
/** Below this much room a record of ordinary size may fail. */
const MIN_ROOM_BYTES = 64 * 1024;
const MIN_DISK_BYTES = 1024 * 1024;
const WARN_FULL_SHARE = 0.9;
/** How long a foreign writer (an sqlite3 shell) is waited for. */
const BUSY_TIMEOUT_MS = 2000;

export function openWriter({ file, maxBytes }: WorkerSettings): Writer {
  const dataDir = dirname(file);
  const diskRoom = () => {
    const disk = statfsSync(dataDir);
    return disk.bavail * disk.bsize;
  };
  const translate = (error: unknown) => toJournalError(error, file, () => diskRoom() < MIN_DISK_BYTES);
  try {
    return createWriter(file, openDatabase(file, maxBytes), diskRoom, translate);
  } catch (error) {
    throw translate(error);
  }
}

function openDatabase(file: string, maxBytes: number): DatabaseSync {
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
    createSchema(database);
    const pageBytes = pragma(database, 'page_size');
    database.exec(`PRAGMA max_page_count = ${Math.max(MIN_PAGES, Math.floor(maxBytes / pageBytes))}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function pragma(database: DatabaseSync, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}

function createWriter(
  file: string,
  database: DatabaseSync,
  diskRoom: () => number,
  translate: (error: unknown) => Error,
): Writer {
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  const touchProbe = database.prepare('UPDATE probe SET at_ms = ? WHERE id = 1');
  const rememberedIds = openRememberedIds(database, REMEMBER_MS);
  const batches = openBatchTable(database);
  const removeExpired = createExpiry(database, batches, rememberedIds);
  const checkpoints = createCheckpoints(database);
  const inode = statSync(file).ino;

  function inTransaction<T>(work: () => T, writtenBytes: (result: T) => number): T {
    try {
      begin.run();
      const result = work();
      commit.run();
      rememberedIds.settle(true);
      checkpoints.written(writtenBytes(result));
      return result;
    } catch (error) {
      // SQLite itself rolls back on a full disk and some I/O errors.
      if (database.isTransaction) database.exec('ROLLBACK');
      rememberedIds.settle(false);
      batches.forget();
      throw translate(error);
    }
  }

  /** Records whose id is remembered are left out: whole batches as they came, unless there are such. */
  function store({ memory, batches: placed, nowMs }: Requests['write']): { stored: number; repeated: number } {
    const bytes = new Uint8Array(memory);
    const ids = new DataView(memory);
    const total = placed.reduce((sum, { count }) => sum + count, 0);
    const known = rememberedIds.known(bytes.subarray(0, total * ID_BYTES), nowMs);
    let number = 0;
    let stored = 0;
    for (const batch of placed) {
      const repeated = new Set<number>();
      for (let index = 0; index < batch.count; index += 1, number += 1) {
        const kind = bytes[total * ID_BYTES + number];
        if (kind === REPEATABLE) continue;
        const isKnown = known.has(number) || !rememberedIds.add(ids, number * ID_BYTES);
        if (isKnown && kind === ONCE) repeated.add(index);
      }
      const content = bytes.subarray(batch.start, batch.end);
      const kept =
        repeated.size === 0
          ? { ...batch, blob: content }
          : keepFrames(content, (_f, _b, index) => !repeated.has(index));
      if (kept === undefined) continue;
      batches.add(kept, kept.blob, batch.count);
      stored += kept.count;
    }
    rememberedIds.flush(nowMs);
    return { stored, repeated: total - stored };
  }

  function room(): { readonly bytes: number; readonly maxBytes: number } {
    const maxPages = pragma(database, 'max_page_count');
    const freePages = maxPages - pragma(database, 'page_count') + pragma(database, 'freelist_count');
    const pageBytes = pragma(database, 'page_size');
    return { bytes: freePages * pageBytes, maxBytes: maxPages * pageBytes };
  }

  function whyNoWrite(): string | undefined {
    if (statSync(file, { throwIfNoEntry: false })?.ino !== inode)
      return `${file} was removed or replaced while in use. Restart hubcast.`;
    if (diskRoom() < MIN_DISK_BYTES) return `The disk of ${dirname(file)} is full. Free some space.`;
    const { bytes, maxBytes } = room();
    if (bytes >= MIN_ROOM_BYTES) return undefined;
    return `${file} has reached its bound of ${maxBytes} bytes. Raise JOURNAL_MAX_BYTES or lower JOURNAL_RETENTION_HOURS.`;
  }

  function warnings(): string[] {
    const found: string[] = [];
    const { bytes, maxBytes } = room();
    const share = 1 - bytes / maxBytes;
    if (share >= WARN_FULL_SHARE)
      found.push(`${file} is ${Math.floor(share * 100)} % full; at 100 % requests get 503.`);
    if (checkpoints.heldBack())
      found.push(
        `A reader keeps ${file}-wal from being emptied: end programs that hold the journal open in a transaction.`,
      );
    return found;
  }

  return {
    write(request) {
      const { memory } = request;
      const written = request.batches.reduce((sum, { start, end }) => sum + end - start, 0);
      const counts = inTransaction(
        () => store(request),
        () => written,
      );
      return { ...counts, memory };
    },
    expire: (request) =>
      inTransaction(
        () => removeExpired(request),
        ({ bytes }) => bytes,
      ),
    probe({ nowMs }) {
      try {
        const why = whyNoWrite();
        if (why !== undefined) return { ready: false, why };
        inTransaction(
          () => touchProbe.run(nowMs),
          () => 0,
        );
        return { ready: true, warnings: warnings() };
      } catch (error) {
        return { ready: false, why: messageOf(error) };
      }
    },
    checkpointIfDue: checkpoints.runIfDue,
    close: () => database.close(),
  };
}
