/** The records a webhook becomes, without a server: what a consumer of the topics would read. */
import type { Delivery } from '../events/event.ts';
import { SAMPLE_DELIVERY } from '../events/examples.ts';
import { splitIntoEvents } from '../events/split.ts';
import { partitionFor } from '../records/partition.ts';
import type { StoredRecord } from '../records/record.ts';
import { toRecord } from '../records/to-record.ts';
import { traceparentOf } from '../records/traceparent.ts';
import { readBody } from '../webhook/envelope.ts';
import { readSignature, signPayload, toAppSecret, verifySignature } from '../webhook/signature.ts';
import { bytesOf, type Payload } from './sign.ts';

export interface RecordsOptions {
  /** Id of the POST, a UUID. */
  readonly deliveryId?: string;
  readonly receivedMs?: number;
  /** Which Meta app it was sent to. */
  readonly app?: string;
  /** TOPIC_PREFIX of the service. */
  readonly topicPrefix?: string;
  readonly partitions?: number;
  /** Offset of the first record of each partition. */
  readonly firstOffset?: number;
}

/** Same payload and options, same records. */
export function recordsOf(payload: Payload, options: RecordsOptions = {}): StoredRecord[] {
  const { deliveryId, receivedMs, app } = { ...SAMPLE_DELIVERY, ...options };
  const { topicPrefix = 'whatsapp', partitions = 1, firstOffset = 0 } = options;
  const delivery: Delivery = { app, deliveryId, receivedMs };
  const context = {
    delivery,
    naming: { prefix: topicPrefix, names: {} },
    traceparent: traceparentOf(undefined, deliveryId),
  };
  const body = verified(payload);
  const nextOffsets = new Map<string, number>();
  return splitIntoEvents(body, readBody(body), delivery).map((event) => {
    const { topic, key, headers, value, timestampMs } = toRecord(event, context);
    const partition = partitionFor(topic, key, partitions);
    const offset = nextOffsets.get(`${topic} ${partition}`) ?? firstOffset;
    nextOffsets.set(`${topic} ${partition}`, offset + 1);
    return { topic, partition, offset: String(offset), key, headers, value, timestampMs };
  });
}

/** Reading accepts nothing unsigned; a secret of our own will do. */
function verified(payload: Payload) {
  const body = Buffer.from(bytesOf(payload));
  const secret = toAppSecret('records-of');
  return verifySignature(body, readSignature(signPayload(body, secret)), [secret]);
}
