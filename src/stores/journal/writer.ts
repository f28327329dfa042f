/**
 * The journal's writes, on the thread that owns the file. A group of records is one transaction, synced to disk
 * (`synchronous = FULL`) before `write` returns, and proved to be in the files that DATA_DIR names.
 */
import type { DatabaseSync } from 'node:sqlite';
import { HubcastError, messageOf } from '../../core/errors.ts';
import { createCheckpoints } from './checkpoints.ts';
import { isMarkedDamaged, markDamaged } from './damage-mark.ts';
import { openDedupeIds } from './dedupe-ids.ts';
import { createSpaceGuard, freeDiskBytes, MIN_DISK_BYTES } from './disk-space.ts';
import { createExpiry } from './expiry.ts';
import { watchFiles } from './file-guard.ts';
import { openForwardingTable } from './forwarding-table.ts';
import type { JournalCalls, PackedGroup, WorkerSettings } from './messages.ts';
import { openDatabase } from './open-database.ts';
import { NOT_DEDUPLICATED, ONCE, unpackRecords } from './packed-records.ts';
import { openRecordRows } from './record-rows.ts';
import { PAGE_BYTES } from './schema.ts';
import { isDamage, toJournalError } from './sqlite-error.ts';

export interface Writer extends JournalCalls {
  /** The files are not those of this process any more, or damaged: every call fails until hubcast is started again. */
  readonly isLost: () => boolean;
  /** To be called when an answer is on its way: what it costs must not delay an acknowledgement. */
  readonly tidy: () => void;
}

/** A row in a page that random ids fill to two thirds. */
const BYTES_OF_AN_ID = 40;

export function openWriter(settings: WorkerSettings): Writer {
  const { file, boundedBy } = settings;
  const translate = (error: unknown) =>
    toJournalError(error, file, () => freeDiskBytes(file) < MIN_DISK_BYTES, boundedBy);
  try {
    return createWriter(openDatabase(settings), settings, translate);
  } catch (error) {
    throw translate(error);
  }
}

function createWriter(database: DatabaseSync, settings: WorkerSettings, translate: (error: unknown) => Error): Writer {
  const { file, owner } = settings;
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  const readOwner = database.prepare('SELECT owner FROM state');
  const touchProbe = database.prepare('UPDATE state SET probed_at_ms = ?');
  const dedupeIds = openDedupeIds(database, {
    maxIds: settings.maxIdBytes === null ? undefined : Math.floor(settings.maxIdBytes / BYTES_OF_AN_ID),
  });
  const rows = openRecordRows(database, dedupeIds);
  const forwarding = openForwardingTable(database, rows);
  const removeExpired = createExpiry(database, rows);
  const checkpoints = createCheckpoints(database);
  const space = createSpaceGuard(database, settings);
  const files = watchFiles(file);
  let lost: Error | undefined;
  /** Of the last write, ms since 1970. */
  let clockMs = 0;

  function inTransaction<T>(work: () => T): T {
    if (lost !== undefined) throw lost;
    try {
      begin.run();
      if (readOwner.get()?.owner !== owner)
        throw giveUp(`Another hubcast has taken over ${file}. Stop one of the two, and restart this one.`);
      const result = work();
      commit.run();
      assertSameFiles();
      dedupeIds.settle(true);
      forwarding.settle(true);
      return result;
    } catch (error) {
      throw failed(error);
    }
  }

  function assertSameFiles(): void {
    const change = files.change();
    if (change !== undefined) throw giveUp(`${change} Put the files back, and restart hubcast.`);
  }

  function giveUp(reason: string): Error {
    lost = new HubcastError('store_unavailable', reason);
    return lost;
  }

  function failed(error: unknown): Error {
    // SQLite itself rolls back on a full disk and some I/O errors.
    if (database.isTransaction) database.exec('ROLLBACK');
    dedupeIds.settle(false);
    forwarding.settle(false);
    rows.forget();
    const known = translate(error);
    if (isDamage(error)) {
      markDamaged(file);
      lost = known;
    }
    return known;
  }

  function store(group: PackedGroup) {
    const { nowMs } = group;
    clockMs = nowMs;
    if (dedupeIds.isDue(true)) dedupeIds.move(nowMs, rows.lastOffset());
    let stored = 0;
    let bytes = 0;
    space.claim(group.textBytes);
    unpackRecords(group, (record) => {
      const { dedupeId, kind } = record;
      if (kind === ONCE && dedupeIds.isKnown(dedupeId, nowMs)) return;
      if (kind !== NOT_DEDUPLICATED) dedupeIds.add(dedupeId, nowMs);
      rows.add(record);
      stored += 1;
      bytes += record.texts.byteLength;
    });
    return { stored, bytes };
  }

  function moveIds(): void {
    if (!dedupeIds.isDue() || lost !== undefined) return;
    const pages = inTransaction(() => dedupeIds.move(clockMs, rows.lastOffset()));
    checkpoints.written(pages * PAGE_BYTES);
  }

  // What a crash left waiting: so that it does not grow from crash to crash.
  if (dedupeIds.isDue()) inTransaction(() => dedupeIds.move(Date.now(), rows.lastOffset(), true));
  return {
    write(group) {
      const { stored, bytes } = inTransaction(() => {
        if (group.progress !== undefined) forwarding.advance(group.progress);
        return store(group);
      });
      checkpoints.written(bytes);
      forwarding.stored(stored, bytes);
      return { stored, repeated: group.count - stored, memory: group.memory };
    },
    expire({ nowMs, beforeMs, trim }) {
      const { trimmed, expired, forgotten } = inTransaction(() => ({
        trimmed: trim ? forwarding.trim(nowMs) : { records: 0, more: false },
        expired: beforeMs === null ? { records: 0, bytes: 0, more: false } : removeExpired(nowMs, beforeMs),
        forgotten: dedupeIds.forget(),
      }));
      checkpoints.written(expired.bytes);
      return {
        records: trimmed.records + expired.records,
        ids: forgotten.removed,
        more: trimmed.more || expired.more || forgotten.more,
      };
    },
    take({ after, maxBytes }) {
      try {
        return forwarding.take(after, maxBytes);
      } catch (error) {
        throw failed(error);
      }
    },
    advance(progress) {
      inTransaction(() => forwarding.advance(progress));
      checkpoints.written(0);
      return null;
    },
    backlog: forwarding.backlog,
    unpark: () => inTransaction(forwarding.unpark),
    probe(nowMs) {
      try {
        if (lost !== undefined) throw lost;
        assertSameFiles();
        if (isMarkedDamaged(file))
          throw giveUp(
            `${file} was found damaged by a program that read it. Run "hubcast journal restore <backup>"; a restart checks the whole file and goes on where it is sound.`,
          );
        const reason = space.rejectionReason();
        if (reason !== undefined) return { ready: false, reason };
        inTransaction(() => touchProbe.run(nowMs));
        checkpoints.written(0);
        const held = `A reader keeps ${file}-wal from being emptied: end programs that hold the journal open in a transaction.`;
        const warnings = [...space.warnings(), ...(checkpoints.heldBack() ? [held] : [])];
        return { ready: true, warnings, file: space.use() };
      } catch (error) {
        return { ready: false, reason: messageOf(error) };
      }
    },
    isLost: () => lost !== undefined,
    tidy() {
      try {
        moveIds();
        if (lost === undefined && checkpoints.runIfDue()) files.changed();
      } catch (error) {
        // What was committed stays safe in the log; a disk that cannot take it now fails the next write or probe.
        if (isDamage(error)) failed(error);
      }
    },
    close(nowMs) {
      try {
        if (lost === undefined) inTransaction(() => dedupeIds.move(nowMs, rows.lastOffset(), true));
      } finally {
        database.close();
      }
      return null;
    },
  };
}
