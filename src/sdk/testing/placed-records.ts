import { partitionFor } from '../../records/partition.ts';
import type { OutgoingRecord, StoredRecord } from '../../records/record.ts';

export interface PlaceOptions {
  /** TOPIC_PREFIX of the service. */
  readonly topicPrefix?: string;
  readonly partitions?: number;
  /** Offset of the first record of each partition. */
  readonly firstOffset?: number;
}

/** Gives records their partitions and offsets, as a broker does. */
export function createPlaces({
  partitions = 1,
  firstOffset = 0,
}: PlaceOptions): (record: OutgoingRecord) => StoredRecord {
  const nextOffsets = new Map<string, number>();
  return ({ topic, key, headers, value, timestampMs }) => {
    const partition = partitionFor(topic, key, partitions);
    const place = `${topic} ${partition}`;
    const offset = nextOffsets.get(place) ?? firstOffset;
    nextOffsets.set(place, offset + 1);
    return { topic, partition, offset: String(offset), key, headers, value, timestampMs };
  };
}
