/** Events as consumers get them: the registry's samples, sent through the same steps as a webhook, and those of our own. */
import type { AnyField, Sample } from '../fields/field.ts';
import { allFields } from '../fields/registry.ts';
import { readBody, WHATSAPP_OBJECT } from '../webhook/envelope.ts';
import { readSignature, signPayload, toAppSecret, verifySignature } from '../webhook/signature.ts';
import { type Delivery, dataschemaOf, type SplitEvent, toRfc3339, UNKNOWN_TYPE } from './event.ts';
import { eventId } from './event-id.ts';
import { splitIntoEvents } from './split.ts';
import type { SystemEvent } from './system-event.ts';
import { systemEvents } from './system-events.ts';

export const SAMPLE_ACCOUNT = '102290129340398';
export const SAMPLE_TIME = 1739321024;

/** The POST samples come with. */
export const SAMPLE_DELIVERY: Delivery = {
  app: 'main',
  deliveryId: '5f0c9d2e-7a31-4b8e-9c64-2d1e3f405162',
  receivedMs: SAMPLE_TIME * 1000 + 1123,
};

/** The body of a webhook that carries a sample of a field. */
export function sampleBody(field: Pick<AnyField, 'name'>, { value, entry = {} }: Sample): string {
  const { id = SAMPLE_ACCOUNT, time } = entry;
  const changes = [{ field: field.name, value }];
  return JSON.stringify({
    object: WHATSAPP_OBJECT,
    entry: [time === null ? { id, changes } : { id, time: SAMPLE_TIME, changes }],
  });
}

/** Examples of each event type, the first sample first. */
export function exampleEvents(): ReadonlyMap<string, readonly object[]> {
  const bodies = [
    ...allFields().flatMap((field) => field.samples.map((sample) => sampleBody(field, sample))),
    sampleBody({ name: 'a_field_to_come' }, { about: 'unknown', value: { anything: true } }),
    sampleBody({ name: 'phone_number_name_update' }, { about: 'refused', value: { display_phone_number: null } }),
  ];
  const byType = new Map<string, object[]>();
  for (const body of bodies) {
    for (const event of split(body)) {
      const type = event.family === 'unknown' ? UNKNOWN_TYPE : event.type;
      byType.set(type, [...(byType.get(type) ?? []), toCloudEvent(event)]);
    }
  }
  for (const entry of systemEvents())
    if (entry.example !== null) byType.set(entry.type, [systemExample(entry, entry.example)]);
  return byType;
}

function systemExample(
  { type, version }: SystemEvent,
  { source, subject, data }: NonNullable<SystemEvent['example']>,
): object {
  return toCloudEvent({
    id: eventId({
      type,
      entryId: null,
      field: null,
      timeText: null,
      item: JSON.stringify(data),
      context: null,
      unrecognized: null,
    }),
    type,
    source,
    subject,
    time: toRfc3339(SAMPLE_TIME * 1000),
    dataschema: dataschemaOf(type, version),
    data: JSON.stringify(data),
  });
}

/** Examples are signed with a secret of their own: reading accepts nothing unsigned. */
function split(text: string): SplitEvent[] {
  const secret = toAppSecret('example');
  const body = Buffer.from(text);
  const verified = verifySignature(body, readSignature(signPayload(body, secret)), [secret]);
  return splitIntoEvents(verified, readBody(verified), SAMPLE_DELIVERY);
}

type Example = Pick<SplitEvent, 'id' | 'type' | 'source' | 'subject' | 'time' | 'dataschema' | 'data'>;

function toCloudEvent({ id, type, source, subject, time, dataschema, data }: Example): object {
  return {
    specversion: '1.0',
    id,
    type,
    source,
    ...(subject === null ? {} : { subject }),
    time,
    datacontenttype: 'application/json',
    dataschema,
    app: SAMPLE_DELIVERY.app,
    receivedtime: new Date(SAMPLE_DELIVERY.receivedMs).toISOString(),
    deliveryid: SAMPLE_DELIVERY.deliveryId,
    data: JSON.parse(data) as unknown,
  };
}
