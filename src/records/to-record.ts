import { memoizeLast } from '../core/memoize-last.ts';
import type { Delivery, SplitEvent } from '../events/event.ts';
import { replaceLoneSurrogates } from '../events/lone-surrogates.ts';
import { dedupeKeyOf } from './dedupe-key.ts';
import type { Pseudonymize } from './pseudonym.ts';
import type { OutgoingRecord } from './record.ts';
import { type TopicNaming, topicName } from './topic-plans.ts';

export const CONTENT_TYPE = 'application/cloudevents+json';

/** What the records of one Meta app share. */
export interface RecordOptions {
  readonly naming: TopicNaming;
  /** True where several Meta apps share the store: the same event of two apps is then stored twice. */
  readonly ofSeveralApps?: boolean | undefined;
  /** Replaces the names of persons in keys and subjects. */
  readonly pseudonymize?: Pseudonymize | undefined;
}

/** What the records of one POST share. */
export interface RecordContext extends RecordOptions {
  readonly delivery: Delivery;
  /** W3C Trace Context, section 3.2. */
  readonly traceparent: string;
}

/**
 * CloudEvents JSON structured mode (CloudEvents Kafka binding 3.3): the whole event is the value; the short attributes
 * stand again as `ce_` headers, so that a consumer can filter without parsing.
 */
export function toRecord(
  event: SplitEvent,
  { delivery, naming, traceparent, ofSeveralApps, pseudonymize }: RecordContext,
): OutgoingRecord {
  const hide = event.participant ? pseudonymize : undefined;
  const { id, type, source, time, dataschema } = event;
  const subject = hide === undefined || event.subject === null ? event.subject : hide(event.subject);
  const subjectMember = subject === null ? '' : `,"subject":${JSON.stringify(subject)}`;
  const value =
    `{"specversion":"1.0","id":"${id}","type":"${type}","source":${JSON.stringify(source)}${subjectMember}` +
    `,"time":"${time}","datacontenttype":"application/json","dataschema":"${dataschema}"` +
    `${deliveryMembers(delivery)},"data":${replaceLoneSurrogates(event.data)}}`;
  const headers: Record<string, string> = {
    'content-type': CONTENT_TYPE,
    ce_specversion: '1.0',
    ce_id: id,
    ce_type: type,
    ce_source: source,
  };
  if (subject !== null) headers.ce_subject = subject;
  headers.ce_time = time;
  headers.ce_dataschema = dataschema;
  headers.ce_app = delivery.app;
  if (delivery.repairedBy !== undefined) headers.ce_repairedby = delivery.repairedBy;
  headers.traceparent = traceparent;
  const record = {
    id,
    topic: topicName(naming, event.family),
    key: hide === undefined ? event.key : hiddenKey(event.key, hide),
    headers,
    value,
    timestampMs: delivery.receivedMs,
    repeatable: event.repeatable,
  };
  return ofSeveralApps ? { ...record, dedupeKey: dedupeKeyOf(delivery.app, id) } : record;
}

/** The extension attributes that all events of a POST share. */
const deliveryMembers = memoizeLast(
  ({ app, receivedMs, deliveryId, repairedBy }: Delivery) =>
    `,"app":${JSON.stringify(app)},"receivedtime":"${new Date(receivedMs).toISOString()}","deliveryid":"${deliveryId}"` +
    (repairedBy === undefined ? '' : `,"repairedby":${JSON.stringify(repairedBy)}`),
);

/** A chat without a participant has no person to pseudonymize. */
function hiddenKey(key: string | null, hide: Pseudonymize): string | null {
  const at = key?.indexOf(':') ?? -1;
  if (key === null || at === -1 || at === key.length - 1) return key;
  return key.slice(0, at + 1) + hide(key.slice(at + 1));
}
