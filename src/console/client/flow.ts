/** The live list of events: bounded, newest first, with a pause and filters. */
import { ask, followEvents, type StreamedEvent } from './api.ts';
import { memberText } from './json-text.ts';
import type { RecordShape } from './shapes.ts';

export interface FlowEvent {
  readonly record: RecordShape;
  /** Text of the whole record. */
  readonly json: string;
  readonly number: number;
}

export interface Flow {
  /** Events that pass the filters, newest first. */
  readonly shown: () => readonly FlowEvent[];
  readonly connected: () => boolean;
  /** Events since the page was opened. */
  readonly count: () => number;
  readonly paused: () => boolean;
  readonly pause: (paused: boolean) => void;
  readonly filter: Filter;
}

export interface Filter {
  type: string;
  text: string;
}

const MAX_KEPT = 500;
const MAX_SHOWN = 100;
const FIRST_PAGE = 50;

export function createFlow(onChange: () => void, onRefused: (error: Error) => void): Flow {
  const filter: Filter = { type: '', text: '' };
  let kept: FlowEvent[] = [];
  let still: readonly FlowEvent[] | null = null;
  let connected = false;
  let count = 0;

  const take = ({ json }: Pick<StreamedEvent, 'json'>): void => {
    count += 1;
    kept.unshift({ record: JSON.parse(json) as RecordShape, json, number: count });
    if (kept.length > MAX_KEPT) kept = kept.slice(0, MAX_KEPT);
    onChange();
  };
  void (async () => {
    for (const json of (await recentTexts()).toReversed()) take({ json });
    count = 0;
    await followEvents(new AbortController().signal, take, (now) => {
      connected = now;
      onChange();
    });
  })().catch(onRefused);

  return {
    shown: () => (still ?? kept).filter((event) => matches(event, filter)).slice(0, MAX_SHOWN),
    connected: () => connected,
    count: () => count,
    paused: () => still !== null,
    pause(paused) {
      still = paused ? kept : null;
      onChange();
    },
    filter,
  };
}

async function recentTexts(): Promise<readonly string[]> {
  const page = await (await ask(`/events?limit=${FIRST_PAGE}`)).text();
  const list = memberText(page, 'data') ?? '[]';
  const { length } = JSON.parse(list) as readonly unknown[];
  return Array.from({ length }, (_, index) => itemText(list, index));
}

/** Items of an array as members of an object, so that one reader of text does for both. */
function itemText(list: string, index: number): string {
  let depth = 0;
  let at = 0;
  let start = 1;
  for (const match of list.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{},]/g)) {
    const [token] = match;
    if (token === '[' || token === '{') depth += 1;
    else if (token === ']' || token === '}') depth -= 1;
    const ends = depth === 0 || (depth === 1 && token === ',');
    if (!ends) continue;
    if (at === index) return list.slice(start, match.index).trim();
    at += 1;
    start = match.index + 1;
  }
  return '{}';
}

function matches({ record, json }: FlowEvent, { type, text }: Filter): boolean {
  if (type !== '' && record.event?.type !== type) return false;
  return text === '' || json.toLowerCase().includes(text.toLowerCase());
}
