/** Records as the service gives them, with their text: parsing alone would lose the digits of large numbers. */
import { askInTurn } from './api.ts';
import { arrayItems, memberText } from './json-text.ts';
import type { RecordShape } from './shapes.ts';

export interface StoredEvent {
  readonly record: RecordShape;
  /** Text of the whole record. */
  readonly json: string;
  /** Unlike that of any other: an event can be stored more than once. */
  readonly place: string;
}

export interface EventPage {
  readonly events: readonly StoredEvent[];
  readonly next: string | null;
}

export function toStoredEvent(json: string): StoredEvent {
  const record = JSON.parse(json) as RecordShape;
  return { record, json, place: `${record.topic}/${placeInTopic(record)}` };
}

/** As `at` of /events/{id} takes it. */
export function placeInTopic({ partition, offset }: RecordShape): string {
  return `${partition}:${offset}`;
}

export async function askPage(query: URLSearchParams, signal?: AbortSignal): Promise<EventPage> {
  const text = await (await askInTurn(`/events?${query}`, signal === undefined ? {} : { signal })).text();
  const next = JSON.parse(memberText(text, 'next') ?? 'null') as string | null;
  return { events: arrayItems(memberText(text, 'data') ?? '[]').map(toStoredEvent), next };
}

export async function askEvent(id: string, at: string | null): Promise<StoredEvent> {
  const query = at === null ? '' : `?${new URLSearchParams({ at })}`;
  return toStoredEvent(await (await askInTurn(`/events/${encodeURIComponent(id)}${query}`)).text());
}

/** The newest first; of one store, in its order. */
export function newestFirst({ record: one }: StoredEvent, { record: other }: StoredEvent): number {
  const [time, otherTime] = [one.stored_at ?? '', other.stored_at ?? ''];
  if (time !== otherTime) return time < otherTime ? 1 : -1;
  return other.offset - one.offset;
}
