/**
 * The journal's writes, on the thread that owns the file. A group of records is one transaction, synced to disk
 * (`synchronous = FULL`) before `write` returns.
 */
import { statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { messageOf } from '../errors.ts';
import type { Readiness } from '../store/store.ts';
import { createCheckpoints } from './checkpoints.ts';
import { createExpiry } from './expiry.ts';
import type { Answers, Requests, Row, WorkerSettings } from './messages.ts';
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
  const findTopic = database.prepare('SELECT id FROM topics WHERE name = ?');
  const addTopic = database.prepare('INSERT INTO topics (name) VALUES (?)');
  const insert = database.prepare(
    'INSERT INTO records (topic_id, key, headers, value, timestamp_ms) VALUES (?, ?, ?, ?, ?)',
  );
  const touchProbe = database.prepare('UPDATE probe SET at_ms = ? WHERE id = 1');
  const rememberedIds = openRememberedIds(database, REMEMBER_MS);
  const removeExpired = createExpiry(database, rememberedIds);
  const checkpoints = createCheckpoints(database);
  const topicIds = new Map<string, number>();
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
      // A topic that was new in this transaction is gone with it.
      topicIds.clear();
      rememberedIds.settle(false);
      throw translate(error);
    }
  }

  function topicId(name: string): number {
    const known = topicIds.get(name);
    if (known !== undefined) return known;
    const id = Number(findTopic.get(name)?.id ?? addTopic.run(name).lastInsertRowid);
    topicIds.set(name, id);
    return id;
  }

  function store(row: Row, nowMs: number): boolean {
    if (!row.repeatable) {
      if (rememberedIds.has(row.id, nowMs)) return false;
      rememberedIds.add(row.id);
    }
    insert.run(topicId(row.topic), row.key, row.headersJson, row.value, row.timestampMs);
    return true;
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
    write: ({ rows, nowMs }) =>
      inTransaction(
        () => {
          let stored = 0;
          for (const row of rows) if (store(row, nowMs)) stored += 1;
          rememberedIds.flush(nowMs);
          return { stored, repeated: rows.length - stored };
        },
        () => rows.reduce((sum, row) => sum + row.value.length + row.headersJson.length, 0),
      ),
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
