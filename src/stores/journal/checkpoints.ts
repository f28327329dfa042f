/**
 * Moves the write-ahead log into the database and keeps the log short. SQLite would do so inside the commit that makes
 * the log too long; here it happens after that commit was acknowledged.
 */
import type { DatabaseSync } from 'node:sqlite';
import { PAGE_BYTES } from './schema.ts';

export interface Checkpoints {
  /** A transaction with about this many bytes of content was committed. */
  readonly written: (bytes: number) => void;
  /** True when it was due, and the main file may have changed. */
  readonly runIfDue: () => boolean;
  /** The log is long because a reader holds on to an old state. */
  readonly heldBack: () => boolean;
}

const DUE_BYTES = 4 * 1024 * 1024;
/** Pages that every commit touches whatever its size: the ends of the tables and indexes. */
const COMMIT_BYTES = 16 * 1024;
/** Beyond this readers are made to wait a moment, so that the log starts anew. */
const LONG_LOG_BYTES = 64 * 1024 * 1024;
const READERS_WAIT_MS = 100;

export function createCheckpoints(database: DatabaseSync): Checkpoints {
  const passive = database.prepare('PRAGMA wal_checkpoint(PASSIVE)');
  let bytesSince = 0;
  const longLogPages = LONG_LOG_BYTES / PAGE_BYTES;
  let logPages = 0;

  function truncate(): void {
    const { timeout } = database.prepare('PRAGMA busy_timeout').get() ?? {};
    database.exec(`PRAGMA busy_timeout = ${READERS_WAIT_MS}`);
    try {
      logPages = Number(database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.log);
    } finally {
      database.exec(`PRAGMA busy_timeout = ${Number(timeout)}`);
    }
  }

  return {
    written(bytes) {
      bytesSince += COMMIT_BYTES + bytes;
    },
    runIfDue() {
      if (bytesSince < DUE_BYTES) return false;
      bytesSince = 0;
      try {
        logPages = Number(passive.get()?.log);
        if (logPages > longLogPages) truncate();
      } catch {
        // What was committed stays safe in the log; a disk that cannot take the pages now fails the next write or probe.
      }
      return true;
    },
    heldBack: () => logPages > longLogPages,
  };
}
