/** Answers about what is stored, from the journal and from Kafka alike, as JSON text. */
import { HubcastError } from '../core/errors.ts';
import type { Replayed } from '../dead-letters/dead-letter-schemas.ts';
import type { Repair } from '../dead-letters/replay.ts';
import { type DeadLetterFilter, isWanted, storedAt, toDeadLetterRow } from '../dead-letters/summary.ts';
import { FAMILY_NAMES, type Family } from '../fields/families.ts';
import { JOURNAL_LANE, type ReadBack, type ReadRecords, type StoredRecord } from '../records/record.ts';
import { toJsonLine } from '../records/record-json.ts';
import { type TopicNaming, topicName } from '../records/topic-plans.ts';
import { readCursor, toCursor } from './cursor.ts';
import { createEventFilter, type EventFilter } from './event-filter.ts';
import { createFeed } from './feed.ts';
import { type RecentPage, type RecentQuestion, readRecent } from './read-recent.ts';

export interface StoredEventsOptions {
  /** Called for each question, because the settings for a connection can change. */
  readonly reader: () => { readonly read: ReadRecords; readonly readBack: ReadBack };
  /** Of each app, or once for all. */
  readonly namings: readonly TopicNaming[];
  readonly families: readonly Family[];
  readonly replay: (deadLetter: StoredRecord, repair: Repair) => Promise<Replayed>;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

interface Filter extends EventFilter {
  readonly families?: readonly string[] | undefined;
}

/** Of a dead letter: partition and offset, if known, and the app it must belong to. */
interface Place {
  readonly at?: string | undefined;
  readonly app?: string | undefined;
}

interface Search {
  readonly topics: readonly string[];
  readonly isTheirs: (record: StoredRecord) => boolean;
  readonly mostPages?: number;
}

interface Page {
  readonly limit: number;
  readonly before?: string | undefined;
}

interface Listener {
  readonly take: (event: { readonly id: string; readonly type: string; readonly json: string }) => void;
  readonly end: () => void;
}

/** Each question may hold some MB, and with Kafka opens a connection. */
const MAX_QUESTIONS = 4;
/** Of a search for an event by its id alone: 200,000 records. */
const MAX_PAGES = 10;

export type StoredEvents = ReturnType<typeof createStoredEvents>;

export function createStoredEvents(options: StoredEventsOptions) {
  const { namings, families, now, reader } = options;
  const topicsOfFamily = (family: Family) => namings.map((naming) => topicName(naming, family));
  const toTopics = (asked: readonly Family[]) => [...new Set(asked.flatMap(topicsOfFamily))];
  const deadLetters = toTopics(['dead-letter']);
  const events = toTopics(families);
  let questions = 0;

  const feed = createFeed({
    topics: events,
    read: (question) => reader().read(question),
    now,
    onError: options.onError,
  });

  async function page(question: Omit<RecentQuestion, 'before'>, before: string | undefined): Promise<RecentPage> {
    if (questions >= MAX_QUESTIONS) throw new HubcastError('overloaded', `${questions} questions are open.`);
    const bounds = before === undefined ? {} : readCursor(before);
    questions += 1;
    try {
      return await readRecent(reader().readBack, { ...question, before: bounds });
    } finally {
      questions -= 1;
    }
  }

  /** @param mostPages of a search without a place; unlimited for dead letters, of which there are few */
  async function find(
    { topics, isTheirs, mostPages = Number.POSITIVE_INFINITY }: Search,
    id: string,
    at: string | undefined,
  ): Promise<StoredRecord | undefined> {
    const matches = (record: StoredRecord) => record.headers.ce_id === id && isTheirs(record);
    const question = { topics, matches, limit: 1 };
    const [, partition, offset] = /^(\d+):(\d+)$/.exec(at ?? '') ?? [];
    if (partition !== undefined && offset !== undefined) {
      const lanes = new Set([JOURNAL_LANE, ...topics.map((topic) => `${topic}/${partition}`)]);
      const bound = String(BigInt(offset) + 1n);
      const before = toCursor(Object.fromEntries([...lanes].map((lane) => [lane, bound])));
      const matchesAt = (record: StoredRecord) => record.offset === offset && matches(record);
      const { records } = await page({ ...question, matches: matchesAt, lanes, mostLookedAt: lanes.size }, before);
      if (records[0] !== undefined) return records[0];
    }
    let before: string | undefined;
    for (let count = 0; count < mostPages; count += 1) {
      const { records, next } = await page(question, before);
      if (records[0] !== undefined) return records[0];
      if (next === null) return undefined;
      before = toCursor(next);
    }
    return undefined;
  }

  async function findDeadLetter(id: string, { at, app }: Place): Promise<StoredRecord> {
    const isTheirs = (record: StoredRecord) => isWanted(record, { app });
    const found = await find({ topics: deadLetters, isTheirs }, id, at);
    if (found !== undefined) return found;
    throw new HubcastError('dead_letter_not_found', `No dead letter in ${deadLetters.join(', ')} has the id ${id}.`);
  }

  async function findEvent(id: string, { at, app }: Place): Promise<StoredRecord> {
    const found = await find({ topics: events, isTheirs: createEventFilter({ app }), mostPages: MAX_PAGES }, id, at);
    if (found !== undefined) return found;
    throw new HubcastError('event_not_found', `No event with the id ${id} is stored, or it is far back.`);
  }

  return {
    async recent({ limit, before, ...filter }: Filter & Page): Promise<string> {
      const topics = toTopics(familiesOf(filter, families));
      const times = { sinceMs: filter.fromMs, untilMs: filter.toMs };
      const matches = createEventFilter(filter);
      const { records, next } = await page({ topics, limit, matches, ...times }, before);
      return pageText(records.map(toEventText), next);
    },
    event: async (id: string, place: Place): Promise<string> => toEventText(await findEvent(id, place)),
    async deadLetters({ limit, before, ...filter }: DeadLetterFilter & Page): Promise<string> {
      const matches = (record: StoredRecord) => isWanted(record, filter);
      const { records, next } = await page({ topics: deadLetters, limit, matches }, before);
      return pageText(
        records.map((record) => JSON.stringify(toDeadLetterRow(record))),
        next,
      );
    },
    deadLetter: async (id: string, place: Place): Promise<string> => toEventText(await findDeadLetter(id, place)),
    async replay(id: string, { dryRun, repaired, ...place }: Repair & Place): Promise<string> {
      if (repaired !== undefined) assertJson(repaired.value);
      return JSON.stringify(await options.replay(await findDeadLetter(id, place), { dryRun, repaired }));
    },
    /** @throws HubcastError `invalid_query` */
    subscribe(filter: Filter, listener: Listener): () => void {
      const topics = new Set(toTopics(familiesOf(filter, families)));
      const matches = createEventFilter(filter);
      return feed.subscribe({
        take(record) {
          if (!topics.has(record.topic) || !matches(record)) return;
          const { ce_id: id = '', ce_type: type = '' } = record.headers;
          listener.take({ id, type, json: toEventText(record) });
        },
        end: listener.end,
      });
    },
    close: () => feed.close(),
  };
}

/** @throws HubcastError `invalid_value` */
export function assertJson(text: string): void {
  try {
    JSON.parse(text);
  } catch {
    throw new HubcastError('invalid_value', 'The repaired value is not JSON.');
  }
}

function familiesOf({ families }: Filter, all: readonly Family[]): readonly Family[] {
  if (families === undefined) return all;
  const unknown = families.find((name) => !(FAMILY_NAMES as readonly string[]).includes(name));
  if (unknown === undefined) return families as readonly Family[];
  throw new HubcastError('invalid_query', `There is no family "${unknown}"; there are ${FAMILY_NAMES.join(', ')}.`);
}

function toEventText(record: StoredRecord): string {
  return `{"stored_at":${JSON.stringify(storedAt(record))},${toJsonLine(record).slice(1)}`;
}

function pageText(texts: readonly string[], next: RecentPage['next']): string {
  return `{"data":[${texts.join()}],"next":${JSON.stringify(next === null ? null : toCursor(next))}}`;
}
