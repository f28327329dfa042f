/** Checks a journal from any process, whether its owner runs or not: it only reads. */
import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { messageOf } from '../../core/errors.ts';
import { openForReading, type ReadOnlyJournal } from './open-for-reading.ts';
import { FORMAT, LAST_OFFSET } from './schema.ts';

const PAGE_ROWS = 64;
/** More findings than this say nothing new. */
const MAX_PROBLEMS = 100;
const ID_BYTES = 16;

export interface JournalReport {
  readonly file: string;
  readonly format: number;
  readonly bytes: number;
  readonly records: number;
  readonly topics: Readonly<Record<string, number>>;
  readonly firstOffset: number | null;
  readonly lastOffset: number;
  readonly oldestMs: number | null;
  readonly newestMs: number | null;
  readonly dedupeIds: number;
  /** What is in Kafka, and what is not. */
  readonly forwarding: { readonly position: number; readonly waiting: number };
  readonly parked: readonly {
    readonly offset: number;
    readonly topic: string;
    readonly atMs: number;
    readonly reason: string;
  }[];
  /** Empty when nothing is damaged. */
  readonly problems: readonly string[];
}

type Row = NonNullable<ReturnType<ReturnType<ReadOnlyJournal['prepare']>['get']>>;

/**
 * Reads every page and every record.
 * @param onDamage called when the pages of the file do not hold together; not for a record that differs from its checksum
 * @throws HubcastError when there is no journal, or it cannot be opened at all
 */
export function checkJournal(file: string, onDamage: (file: string) => void = () => undefined): JournalReport {
  const journal = openForReading(file, onDamage);
  try {
    const problems = integrityProblems(journal.database);
    if (problems.length > 0) onDamage(file);
    const say = (problem: string) => {
      if (problems.length < MAX_PROBLEMS) problems.push(problem);
    };
    const attempt = <T>(work: () => T, otherwise: T): T => {
      try {
        return work();
      } catch (error) {
        say(messageOf(error));
        return otherwise;
      }
    };
    const number = (sql: string) => attempt(() => Number(journal.prepare(sql).get()?.n), 0);
    const { position, isOpen } = attempt(() => forwardingOf(journal), { position: 0, isOpen: () => false });
    const walk = new RecordWalk(say);
    let waiting = 0;
    attempt(() => {
      for (const row of recordsAfter(journal, 0)) {
        walk.look(row);
        if (isOpen(Number(row.offset))) waiting += 1;
      }
    }, undefined);
    return {
      file,
      format: FORMAT,
      bytes: statSync(file).size,
      ...walk.report,
      lastOffset: number(`SELECT last_offset AS n FROM (${LAST_OFFSET})`),
      dedupeIds: attempt(() => countIds(journal), 0),
      forwarding: { position, waiting },
      parked: attempt(() => parkedOf(journal, say), []),
      problems,
    };
  } finally {
    journal.close();
  }
}

export interface Waiting {
  readonly position: number;
  readonly records: number;
  readonly topics: Readonly<Record<string, number>>;
  readonly parked: number;
}

/** What is not in Kafka yet. Throws as `checkJournal`, and where the file is damaged. */
export function countWaiting(file: string): Waiting {
  const journal = openForReading(file);
  try {
    const { position, isOpen } = forwardingOf(journal);
    const topics: Record<string, number> = {};
    let records = 0;
    for (const { offset, name } of recordsAfter(journal, position, 'offset, name')) {
      if (!isOpen(Number(offset))) continue;
      topics[String(name)] = (topics[String(name)] ?? 0) + 1;
      records += 1;
    }
    const parked = Number(journal.prepare('SELECT count(*) AS n FROM parked').get()?.n);
    return { position, records, topics, parked };
  } finally {
    journal.close();
  }
}

/** Whether anything is not in Kafka yet, without counting it. Throws as `countWaiting`. */
export function holdsUnforwarded(file: string): boolean {
  const journal = openForReading(file);
  try {
    return (
      journal.prepare('SELECT 1 FROM records WHERE offset > (SELECT position FROM state) LIMIT 1').get() !== undefined
    );
  } finally {
    journal.close();
  }
}

function integrityProblems(database: DatabaseSync): string[] {
  try {
    const rows = database.prepare(`PRAGMA integrity_check(${MAX_PROBLEMS})`).all();
    return rows.map((row) => String(row.integrity_check)).filter((line) => line !== 'ok');
  } catch (error) {
    return [messageOf(error)];
  }
}

/** Page by page, so that no query stays open between two records. */
function* recordsAfter(journal: ReadOnlyJournal, start: number, columns = 'records.*, name'): Generator<Row> {
  const page = journal.prepare(`
    SELECT ${columns} FROM records LEFT JOIN topics ON topics.id = topic_id
    WHERE offset > ? ORDER BY offset LIMIT ${PAGE_ROWS}`);
  for (let after = start, rows = page.all(after); rows.length > 0; rows = page.all(after)) {
    yield* rows;
    after = Number(rows.at(-1)?.offset);
  }
}

function forwardingOf(journal: ReadOnlyJournal) {
  const row = journal.prepare('SELECT position, ahead FROM state').get();
  const position = Number(row?.position);
  const ahead = new Set(JSON.parse(String(row?.ahead)) as number[]);
  return { position, isOpen: (offset: number) => offset > position && !ahead.has(offset) };
}

/** Those in their tables, and those that wait in the rows of records. */
function countIds(journal: ReadOnlyJournal): number {
  const tables = journal.prepare('SELECT number FROM id_tables').all();
  const counts = tables.map(({ number }) => journal.prepare(`SELECT count(*) AS n FROM ids_${number}`).get()?.n);
  const waiting = journal.prepare(
    'SELECT count(dedupe_id) AS n FROM records WHERE offset > (SELECT ids_upto FROM state)',
  );
  return counts.reduce<number>((sum, n) => sum + Number(n), Number(waiting.get()?.n));
}

class RecordWalk {
  readonly #say: (problem: string) => void;
  readonly #topics: Record<string, number> = {};
  #records = 0;
  #firstOffset: number | null = null;
  #oldestMs: number | null = null;
  #newestMs: number | null = null;

  constructor(say: (problem: string) => void) {
    this.#say = say;
  }

  look(row: Row): void {
    const topic = row.name === null ? `unknown topic ${row.topic_id}` : String(row.name);
    const atMs = Number(row.timestamp_ms);
    this.#firstOffset ??= Number(row.offset);
    this.#records += 1;
    this.#topics[topic] = (this.#topics[topic] ?? 0) + 1;
    this.#oldestMs = Math.min(this.#oldestMs ?? atMs, atMs);
    this.#newestMs = Math.max(this.#newestMs ?? atMs, atMs);
    for (const problem of problemsOf(row)) this.#say(`record ${row.offset}: ${problem}`);
  }

  get report() {
    return {
      records: this.#records,
      topics: this.#topics,
      firstOffset: this.#firstOffset,
      oldestMs: this.#oldestMs,
      newestMs: this.#newestMs,
    };
  }
}

function problemsOf({ name, dedupe_id: id, checksum, key, headers, value }: Row): string[] {
  const problems: string[] = [];
  if (name === null) problems.push('its topic is not in the list of topics');
  if (id instanceof Uint8Array && id.byteLength !== ID_BYTES)
    problems.push(`its id has ${id.byteLength} bytes, not 16`);
  if (checksum !== crc32(`${key ?? ''}${headers}${value}`)) problems.push('its content differs from its checksum');
  return problems;
}

function parkedOf(journal: ReadOnlyJournal, say: (problem: string) => void) {
  const rows = journal.prepare('SELECT parked.*, name FROM parked LEFT JOIN topics ON topics.id = topic_id').all();
  return rows.map((row) => {
    for (const problem of problemsOf({ ...row, dedupe_id: null })) say(`parked record ${row.offset}: ${problem}`);
    return {
      offset: Number(row.offset),
      topic: String(row.name),
      atMs: Number(row.parked_at_ms),
      reason: String(row.reason),
    };
  });
}
