/** The positions of a reader in each partition, and how they are looked up. */
import { positionName, type ReadFrom } from '../../records/record.ts';
import { kafkaError, type Wire } from './wire.ts';

export interface Position {
  readonly topic: string;
  readonly partition: number;
  leader: number;
  next: bigint;
  /** Reading ends before this offset, unless it follows. */
  end: bigint;
  /** The last answer was empty although there is more. */
  starved: boolean;
}

const UNKNOWN_TOPIC = 3;
const EARLIEST = -2;
const LATEST = -1;

/**
 * Looks up the leaders and adds new partitions to `positions`. Skips topics that do not exist: they
 * have no records yet.
 */
export async function locate(
  wire: Wire,
  topics: readonly string[],
  from: ReadFrom,
  positions: Map<string, Position>,
): Promise<void> {
  if (topics.length === 0) return;
  const { topicMetadata } = await wire.metadata(topics);
  const added: Position[] = [];
  for (const { topic, topicErrorCode, partitionMetadata } of topicMetadata) {
    if (topicErrorCode === UNKNOWN_TOPIC) continue;
    if (topicErrorCode !== 0) throw kafkaError(topicErrorCode);
    for (const { partitionId, leader } of partitionMetadata) {
      if (leader < 0) throw new Error(`Partition ${partitionId} of topic ${topic} has no leader.`);
      const known = positions.get(`${topic}/${partitionId}`);
      if (known !== undefined) known.leader = leader;
      else added.push({ topic, partition: partitionId, leader, next: 0n, end: 0n, starved: false });
    }
  }
  if (added.length === 0) return;
  const ends = await offsetsAt(wire, added, LATEST);
  const starts = from === 'end' ? ends : await offsetsAt(wire, added, startTime(from));
  const given = typeof from === 'object' && 'positions' in from ? from.positions : undefined;
  for (const position of added) {
    position.end = ends.get(position) ?? 0n;
    const stood = given?.get(positionName(position.topic, position.partition));
    // Never before the first retained record: the reader does not wait for deleted ones.
    const first = starts.get(position) ?? -1n;
    const start = stood !== undefined && BigInt(stood) > first ? BigInt(stood) : first;
    // No record is as late as the requested time.
    position.next = start < 0n ? position.end : start;
    positions.set(`${position.topic}/${position.partition}`, position);
  }
}

function startTime(from: Exclude<ReadFrom, 'end'>): number {
  return typeof from === 'object' && 'timestampMs' in from ? from.timestampMs : EARLIEST;
}

/** The first retained record: retention deleted older ones during the read. */
export async function moveToEarliest(wire: Wire, position: Position): Promise<void> {
  position.next = (await offsetsAt(wire, [position], EARLIEST)).get(position) ?? position.next;
}

async function offsetsAt(
  wire: Wire,
  positions: readonly Position[],
  timestamp: number,
): Promise<Map<Position, bigint>> {
  const found = new Map<Position, bigint>();
  const byLeader = Map.groupBy(positions, ({ leader }) => leader);
  await Promise.all(
    [...byLeader].map(async ([leader, ofLeader]) => {
      const { responses } = await wire.listOffsets(
        leader,
        [...Map.groupBy(ofLeader, ({ topic }) => topic)].map(([topic, ofTopic]) => ({
          topic,
          partitions: ofTopic.map(({ partition }) => ({ partition, timestamp })),
        })),
      );
      for (const { topic, partitions } of responses) {
        for (const { partition, errorCode, offset } of partitions) {
          if (errorCode !== 0) throw kafkaError(errorCode);
          const position = ofLeader.find((one) => one.topic === topic && one.partition === partition);
          if (position !== undefined) found.set(position, BigInt(offset));
        }
      }
    }),
  );
  return found;
}
