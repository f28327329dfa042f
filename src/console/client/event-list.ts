/**
 * The events that fit a filter, the newest first: a page of stored ones, older ones when asked, and those that are stored from now on.
 * After a cut of the stream it asks for what was stored meanwhile, so the list has no gap.
 */
import { type EventFilter, questionOf } from './event-filter.ts';
import { followEvents } from './event-stream.ts';
import { askPage, type EventPage, newestFirst, type StoredEvent, toStoredEvent } from './stored-events.ts';

export interface EventList {
  readonly rows: () => readonly StoredEvent[];
  readonly state: () => 'searching' | 'live' | 'connecting' | 'paused' | 'ended';
  /** Events that came during a pause. */
  readonly waiting: () => number;
  readonly pause: (paused: boolean) => void;
  /** Whether older events may be stored, and the list has room for them. */
  readonly hasOlder: () => boolean;
  readonly isFull: () => boolean;
  readonly loadOlder: () => void;
  readonly failure: () => string;
  readonly stop: () => void;
}

const PAGE = 50;
const MAX_ROWS = 1000;
const MAX_CHARACTERS = 32 * 1024 * 1024;
/** The service looks at 20,000 records for each. */
const MAX_PAGES = 10;
/** Replicas store at their own pace: what was received this long before the newest row may have come later than it. */
const OVERLAP_MS = 60_000;

export function createEventList(
  filter: EventFilter,
  onChange: () => void,
  wordsOf: (error: unknown) => string,
): EventList {
  const stopped = new AbortController();
  const { signal } = stopped;
  let kept = new Map<string, StoredEvent>();
  let waiting: StoredEvent[] | null = null;
  let next: string | null = null;
  /** The oldest rows were let go: older ones are found by their time. */
  let cutOff = false;
  let searching = 0;
  let connected = false;
  let failure = '';

  const characters = (): number => [...kept.values()].reduce((sum, { json }) => sum + json.length, 0);

  function add(events: readonly StoredEvent[]): void {
    const rows = [...kept.values()];
    rows.push(...events.filter(({ place }) => !kept.has(place)));
    rows.sort(newestFirst);
    kept = new Map(rows.map((event) => [event.place, event]));
  }

  /** Live events push out the oldest rows. */
  function addNew(event: StoredEvent): void {
    add([event]);
    let excess = kept.size > MAX_ROWS || characters() > MAX_CHARACTERS;
    while (excess && kept.size > 1) {
      const oldest = [...kept.keys()].at(-1);
      if (oldest !== undefined) kept.delete(oldest);
      cutOff = true;
      excess = kept.size > MAX_ROWS || characters() > MAX_CHARACTERS;
    }
  }

  function take(json: string): void {
    const event = toStoredEvent(json);
    if (waiting !== null) waiting.push(event);
    else addNew(event);
    if (waiting !== null && waiting.length > MAX_ROWS) waiting.shift();
    onChange();
  }

  /** Pages until enough is found; `next` is where it ended. */
  async function search(from: { readonly before: string | null; readonly to?: string }): Promise<void> {
    const wanted = kept.size + 1;
    let { before } = from;
    for (let count = 0; count < MAX_PAGES; count += 1) {
      const page = await onePage({ before, ...(from.to !== undefined && { to: from.to }) });
      add(page.events);
      next = page.next;
      onChange();
      if (next === null || kept.size >= wanted) return;
      before = next;
    }
  }

  function onePage(bounds: { readonly before: string | null; to?: string; from?: string }): Promise<EventPage> {
    const query = questionOf(filter, true);
    query.set('limit', String(PAGE));
    for (const [name, value] of Object.entries(bounds)) if (value !== null) query.set(name, value);
    return askPage(query, signal);
  }

  async function catchUp(): Promise<void> {
    const newest = kept.values().next().value?.record.stored_at;
    if (newest === undefined || newest === null) return search({ before: null });
    const from = new Date(Date.parse(newest) - OVERLAP_MS).toISOString();
    let before: string | null = null;
    const found: StoredEvent[] = [];
    for (let count = 0; count < MAX_PAGES; count += 1) {
      const page = await onePage({ before, from });
      found.push(...page.events);
      before = page.next;
      if (before === null) break;
    }
    // More came meanwhile than the list holds: it begins anew.
    if (before !== null) [kept, next, cutOff] = [new Map(), before, false];
    if (waiting === null) add(found);
    else waiting.push(...found.filter(({ place }) => !kept.has(place)));
  }

  async function quietly(work: () => Promise<void>): Promise<void> {
    searching += 1;
    onChange();
    try {
      await work();
      failure = '';
    } catch (error) {
      if (!signal.aborted) failure = wordsOf(error);
    } finally {
      searching -= 1;
      onChange();
    }
  }

  const endsByItself = filter.to !== '';
  if (endsByItself) void quietly(() => search({ before: null }));
  else {
    followEvents(questionOf(filter, false).toString(), signal, {
      onEvent: take,
      onState(now) {
        connected = now;
        if (now) void quietly(catchUp);
        onChange();
      },
    }).catch((error) => {
      failure = wordsOf(error);
      onChange();
    });
  }

  return {
    rows: () => [...kept.values()],
    state() {
      if (searching > 0) return 'searching';
      if (endsByItself) return 'ended';
      if (waiting !== null) return 'paused';
      return connected ? 'live' : 'connecting';
    },
    waiting: () => waiting?.length ?? 0,
    pause(paused) {
      const came = waiting ?? [];
      waiting = paused ? came : null;
      if (!paused) for (const event of came) addNew(event);
      onChange();
    },
    hasOlder: () => (next !== null || cutOff) && kept.size < MAX_ROWS,
    isFull: () => kept.size >= MAX_ROWS,
    loadOlder() {
      const oldest = [...kept.values()].at(-1)?.record.stored_at;
      const byTime = cutOff && oldest !== undefined && oldest !== null;
      cutOff = false;
      const after = (time: string): string => new Date(Date.parse(time) + 1).toISOString();
      void quietly(() => search(byTime ? { before: null, to: after(oldest) } : { before: next }));
    },
    failure: () => failure,
    stop: () => stopped.abort(),
  };
}
