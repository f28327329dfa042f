/**
 * Reads topics without a consumer group: it leaves no state on the cluster, and starts at once instead of after the
 * group's first rebalance.
 */
import { createBackoff } from '../../core/backoff.ts';
import { withoutFrame } from '../../core/registry-frame.ts';
import { pause } from '../../core/time-out.ts';
import type { ReadBack, ReadOptions, ReadRecords, StoredRecord } from '../../records/record.ts';
import { KAFKA_BACKOFF, type KafkaConnection } from './connection.ts';
import { retryDecisionFor, storeUnavailable } from './errors.ts';
import { locate, moveToEarliest, type Position } from './positions.ts';
import { createSockets } from './sockets.ts';
import { connectWire, kafkaError, type Wire } from './wire.ts';
import type { FetchedMessage } from './wire-messages.ts';

export interface KafkaReaderOptions extends KafkaConnection {
  readonly now: () => number;
  /** How long Kafka may be away before reading ends with an error. Unlimited once the reader follows. */
  readonly patienceMs?: number;
}

export interface KafkaReader {
  readonly read: ReadRecords;
  /** Records by partition: each lane is named `<topic>/<partition>`. */
  readonly readBack: ReadBack;
  /** Names of all topics but Kafka's internal ones, sorted. */
  readonly listTopics: () => Promise<readonly string[]>;
}

const LIMITS = { connectTimeoutMs: 2_000, requestTimeoutMs: 10_000 };
const PATIENCE_MS = 10_000;
const MAX_WAIT_MS = 500;
const FETCH_BYTES = 4 * 1024 * 1024;
const PARTITION_BYTES = 1024 * 1024;
/** Interval of the look-up of leaders, new topics and new partitions while following. */
const RELOCATE_MS = 5_000;
const OFFSET_OUT_OF_RANGE = 1;

export function createKafkaReader(options: KafkaReaderOptions): KafkaReader {
  const { now, brokers, patienceMs = PATIENCE_MS } = options;
  const where = `Kafka at ${brokers.join(', ')}`;

  async function* read(request: ReadOptions): AsyncGenerator<StoredRecord> {
    const { follow, signal } = request;
    const positions = new Map<string, Position>();
    let aliveMs = now();
    let everAlive = false;
    const backoff = createBackoff(KAFKA_BACKOFF);
    while (!signal?.aborted) {
      const sockets = createSockets();
      signal?.addEventListener('abort', sockets.destroy);
      try {
        const wire = await connectWire(options, LIMITS, sockets);
        await locate(wire, request.topics, positions.size === 0 ? request.from : 'start', positions);
        yield* readOver(wire, request, positions, now, () => {
          aliveMs = now();
          everAlive = true;
          backoff.reset();
        });
        return;
      } catch (error) {
        if (signal?.aborted) return;
        const tired = now() - aliveMs >= patienceMs && !(follow && everAlive);
        if (tired || retryDecisionFor(error) === 'settings') throw storeUnavailable(`${where} cannot be read`, error);
      } finally {
        signal?.removeEventListener('abort', sockets.destroy);
        sockets.destroy();
      }
      await pause(backoff.next(), signal);
    }
  }

  return {
    read,
    async readBack({ topics, before, count, lanes, sinceMs }) {
      const sockets = createSockets();
      try {
        const wire = await connectWire(options, LIMITS, sockets);
        const located = new Map<string, Position>();
        await locate(wire, topics, sinceMs === undefined ? 'start' : { timestampMs: sinceMs }, located);
        const wanted = [...located].filter(([name]) => lanes === undefined || lanes.has(name));
        const steps = wanted.map(([name, position]) => {
          const { next: first, end } = position;
          const given = before[name];
          const asked = given === undefined || BigInt(given) > end ? end : BigInt(given);
          const upTo = asked < first ? first : asked;
          const step = upTo - BigInt(count) > first ? upTo - BigInt(count) : first;
          position.next = step;
          position.end = upTo;
          const records: StoredRecord[] = [];
          return { name, records, bound: step.toString(), more: step > first };
        });
        const byName = new Map(steps.map((step) => [step.name, step]));
        const positions = new Map(wanted);
        for await (const record of readOver(wire, { topics, follow: false }, positions, now, () => undefined)) {
          byName.get(`${record.topic}/${record.partition}`)?.records.push(record);
        }
        return steps;
      } catch (error) {
        throw storeUnavailable(`${where} cannot be read`, error);
      } finally {
        sockets.destroy();
      }
    },
    async listTopics() {
      const sockets = createSockets();
      try {
        const wire = await connectWire(options, LIMITS, sockets);
        const { topicMetadata } = await wire.metadata('all');
        return topicMetadata.flatMap(({ topic, isInternal }) => (isInternal ? [] : topic)).toSorted();
      } catch (error) {
        throw storeUnavailable(`The topics of ${where} cannot be listed`, error);
      } finally {
        sockets.destroy();
      }
    },
  };
}

async function* readOver(
  wire: Wire,
  { topics, follow, signal }: Pick<ReadOptions, 'topics' | 'follow' | 'signal'>,
  positions: Map<string, Position>,
  now: () => number,
  onAlive: () => void,
): AsyncGenerator<StoredRecord> {
  let locatedMs = now();
  while (!signal?.aborted) {
    onAlive();
    if (follow && now() - locatedMs >= RELOCATE_MS) {
      await locate(wire, topics, 'start', positions);
      locatedMs = now();
    }
    const unread = [...positions.values()].filter(({ next, end }) => follow || next < end);
    if (unread.length === 0) {
      if (!follow) return;
      await pause(MAX_WAIT_MS, signal);
      continue;
    }
    const starved = unread.find((position) => position.starved);
    const asked = starved === undefined ? unread : [starved];
    const byLeader = Map.groupBy(asked, ({ leader }) => leader);
    const answers = await Promise.all([...byLeader].map(([leader, ofLeader]) => fetchFrom(wire, leader, ofLeader)));
    for (const { position, partition } of answers.flat()) {
      if (partition.errorCode === OFFSET_OUT_OF_RANGE) {
        await moveToEarliest(wire, position);
        continue;
      }
      if (partition.errorCode !== 0) throw kafkaError(partition.errorCode);
      const before = position.next;
      for (const message of partition.messages) {
        const offset = BigInt(message.offset);
        if (offset < position.next) continue;
        if (!follow && offset >= position.end) {
          position.next = position.end;
          break;
        }
        position.next = offset + 1n;
        if (!message.isControlRecord) yield toStoredRecord(position, message);
      }
      const stuck = position.next === before && BigInt(partition.highWatermark) > position.next;
      // Other partitions may have filled the answer. If a request for this partition alone is empty, compaction removed the record.
      if (stuck && position === starved) position.next += 1n;
      position.starved = stuck && position !== starved;
    }
  }
}

async function fetchFrom(wire: Wire, leader: number, positions: readonly Position[]) {
  const { responses } = await wire.fetch(leader, {
    maxWaitTime: MAX_WAIT_MS,
    minBytes: 1,
    maxBytes: FETCH_BYTES,
    topics: [...Map.groupBy(positions, ({ topic }) => topic)].map(([topic, ofTopic]) => ({
      topic,
      partitions: ofTopic.map(({ partition, next }) => ({
        partition,
        fetchOffset: next.toString(),
        maxBytes: PARTITION_BYTES,
      })),
    })),
  });
  return responses.flatMap(({ topicName, partitions }) =>
    partitions.flatMap((partition) => {
      const position = positions.find((one) => one.topic === topicName && one.partition === partition.partition);
      return position === undefined ? [] : [{ position, partition }];
    }),
  );
}

/** Of a value with or without a schema's id. */
function textOf(value: Buffer): string {
  const { buffer, byteOffset, byteLength } = withoutFrame(value);
  return Buffer.from(buffer, byteOffset, byteLength).toString('utf8');
}

function toStoredRecord({ topic, partition }: Position, message: FetchedMessage): StoredRecord {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    headers[name] = last?.toString('utf8') ?? '';
  }
  return {
    topic,
    partition,
    offset: message.offset,
    key: message.key === null ? null : message.key.toString('utf8'),
    headers,
    value: message.value === null ? '' : textOf(message.value),
    timestampMs: Number(message.timestamp),
  };
}
