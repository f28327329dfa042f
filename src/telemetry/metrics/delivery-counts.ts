/**
 * Counters on the path of a webhook. All are plain numbers, incremented in place; names, labels and
 * text are made at each scrape.
 */
import { ERRORS, type ErrorCode } from '../../core/errors.ts';
import type { Receipt } from '../../events/acceptance.ts';
import { DEAD_LETTER_TYPE, type SplitEvent, sourceOf, typeOfEvent, UNKNOWN_TYPE } from '../../events/event.ts';
import { allEvents } from '../../fields/registry.ts';
import { type CappedCounts, createCappedCounts, OTHER } from './capped-counts.ts';
import { createHistogram, type Histogram, observe } from './histogram.ts';

/** `stored` and `verified` (the handshake), or the code of the error that was answered. */
export type Outcome = 'stored' | 'verified' | ErrorCode;

export const OUTCOMES = ['stored', 'verified', ...(Object.keys(ERRORS) as ErrorCode[])] as const;

export interface DeliveryCounts {
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly events: ReadonlyMap<string, { readonly count: number }>;
  readonly unknownFields: CappedCounts;
  readonly deadLetterFields: CappedCounts;
  readonly dropped: () => number;
  readonly foreign: () => number;
  readonly receivedBytes: () => number;
  /** Seconds from receipt to the answer 200. */
  readonly timeToDurable: Histogram;
  /** Seconds from the first event of a POST to its receipt. */
  readonly eventAge: Histogram;
  /** By an event's source: time of receipt of the account's last stored webhook, ms since 1970. */
  readonly accounts: ReadonlyMap<string, { readonly lastMs: number }>;

  readonly noteStored: (receipt: Receipt, bytes: number, ms: number) => void;
  readonly noteAnswer: (outcome: 'verified' | ErrorCode) => void;
  /** @param events the durable events of one POST */
  readonly countEvents: (events: readonly SplitEvent[], receivedMs: number) => void;
}

/** Meta's goals are a median under 250 ms, and under 1 % above 1 s. */
export const DURABLE_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** From zero to seven days, the time for which Meta retries. */
const AGE_SECONDS = [1, 2, 5, 10, 30, 60, 300, 1800, 7200, 21_600, 86_400, 259_200, 604_800];
const MAX_ACCOUNTS = 1_000;
const MAX_FIELDS = 100;
const UNREADABLE = 'unreadable';
const SOURCE_PREFIX = sourceOf('');
/** Ids are digits; `0` is the Test button of Meta's dashboard. */
const ACCOUNT_SOURCE = new RegExp(`^${SOURCE_PREFIX}[1-9]\\d{0,19}$`);

export function createDeliveryCounts(): DeliveryCounts {
  const outcomes = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  const types = [...allEvents().map(({ field, event }) => typeOfEvent(field, event)), UNKNOWN_TYPE, DEAD_LETTER_TYPE];
  const events = new Map(types.map((type) => [type, { count: 0 }]));
  const unknown = events.get(UNKNOWN_TYPE) as { count: number };
  const deadLetters = events.get(DEAD_LETTER_TYPE);
  const unknownFields = createCappedCounts(MAX_FIELDS);
  const deadLetterFields = createCappedCounts(MAX_FIELDS);
  const accounts = new Map<string, { lastMs: number }>();
  const timeToDurable = createHistogram(DURABLE_SECONDS);
  const eventAge = createHistogram(AGE_SECONDS);
  let dropped = 0;
  let foreign = 0;
  let receivedBytes = 0;

  function noteAccount(source: string, receivedMs: number): void {
    const known = accounts.get(source);
    if (known !== undefined) known.lastMs = receivedMs;
    else if (!ACCOUNT_SOURCE.test(source)) return;
    else accounts.set(accounts.size < MAX_ACCOUNTS ? source : OTHER, { lastMs: receivedMs });
  }

  return {
    outcomes,
    events,
    unknownFields,
    deadLetterFields,
    timeToDurable,
    eventAge,
    accounts,
    dropped: () => dropped,
    foreign: () => foreign,
    receivedBytes: () => receivedBytes,
    noteStored(receipt, bytes, ms) {
      outcomes.stored += 1;
      dropped += receipt.dropped;
      foreign += receipt.foreign;
      receivedBytes += bytes;
      observe(timeToDurable, ms / 1000);
    },
    noteAnswer(outcome) {
      outcomes[outcome] += 1;
    },
    countEvents(stored, receivedMs) {
      let source = '';
      for (const event of stored) {
        const known = events.get(event.type);
        if (known === undefined) {
          unknown.count += 1;
          unknownFields.add(event.type.slice('whatsapp.'.length));
        } else {
          known.count += 1;
          if (known === unknown) unknownFields.add(OTHER);
          else if (known === deadLetters) deadLetterFields.add(fieldOf(event));
        }
        if (event.source === source) continue;
        source = event.source;
        noteAccount(source, receivedMs);
      }
      const [first] = stored;
      // History events are old by nature, and some events have no time of their own.
      if (first === undefined || first.family === 'history' || first.family === 'dead-letter') return;
      observe(eventAge, Math.max(0, receivedMs - Date.parse(first.time)) / 1000);
    },
  };
}

/** A dead letter has its field at the beginning of its data. Names that no field of Meta can have count as `other`. */
function fieldOf({ data }: SplitEvent): string {
  if (data.startsWith('{"field":null')) return UNREADABLE;
  return /^\{"field":"([a-z0-9_]{1,64})"/.exec(data)?.[1] ?? OTHER;
}

/** The account in a source. */
export function accountOfSource(source: string): string {
  return source === OTHER ? OTHER : source.slice(SOURCE_PREFIX.length);
}
