/** Committed positions of a group: for each partition, the first record that the group has not processed. */
import { type Positions, positionName } from '../../records/record.ts';
import { type Coordinator, kafkaError } from './wire.ts';
import type { GroupOffsetsResponse } from './wire-messages.ts';

/** More partitions than any topic of hubcast has; a partition that does not exist has no position. */
const PARTITIONS_ASKED = 256;

export async function fetchPositions(
  wire: Coordinator,
  groupId: string,
  topics: readonly string[],
): Promise<Positions> {
  const partitions = Array.from({ length: PARTITIONS_ASKED }, (_, partition) => ({ partition }));
  const answer = await wire.fetchOffsets({ groupId, topics: topics.map((topic) => ({ topic, partitions })) });
  failOn(answer);
  const found = new Map<string, string>();
  for (const { topic, partitions: ofTopic } of answer.responses) {
    for (const { partition, offset = '-1' } of ofTopic) {
      if (BigInt(offset) >= 0n) found.set(positionName(topic, partition), offset);
    }
  }
  return found;
}

export async function commitPositions(
  wire: Coordinator,
  member: Readonly<Record<string, unknown>>,
  positions: Positions,
): Promise<void> {
  const byTopic = new Map<string, { partition: number; offset: string }[]>();
  for (const [name, offset] of positions) {
    const slash = name.lastIndexOf('/');
    const topic = name.slice(0, slash);
    byTopic.set(topic, [...(byTopic.get(topic) ?? []), { partition: Number(name.slice(slash + 1)), offset }]);
  }
  const topics = [...byTopic].map(([topic, partitions]) => ({ topic, partitions }));
  failOn(await wire.commitOffsets({ ...member, topics }));
}

function failOn({ errorCode = 0, responses }: GroupOffsetsResponse): void {
  if (errorCode !== 0) throw kafkaError(errorCode);
  for (const { partitions } of responses) {
    for (const partition of partitions) if (partition.errorCode !== 0) throw kafkaError(partition.errorCode);
  }
}
