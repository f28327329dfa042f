/**
 * Writes records to the leaders of their partitions. Each partition has a queue, each broker one write in flight. Records
 * that wait for the same broker share its next write, and a failing partition delays no other.
 *
 *   queue of the topic --looked up--> queue of the partition --sent--> in flight --the answer names its partition--> stored
 *                                            ^                            |
 *                                            +-- first again, in order <--+--passing error, or no answer
 *                                                                         +--refused alone--> dead letters
 *                                                                         +--missing right--> failed
 *
 * A waiting record fails at its deadline, with the problem of its own partition.
 */
import { type HubcastError, isHubcastError } from '../../core/errors.ts';
import { createLogThrottle } from '../../core/log-throttle.ts';
import type { OutgoingRecord } from '../../records/record.ts';
import { ENOUGH_REQUESTS } from '../group-commit.ts';
import type { Write } from '../open-requests.ts';
import type { Cluster } from './cluster.ts';
import { DEFAULT_MAX_BATCH_BYTES } from './ensure-topics.ts';
import { describeKafkaError, retryDecisionFor, storeUnavailable } from './errors.ts';
import type { Leaders } from './leaders.ts';
import { OpenWrite } from './open-write.ts';
import { MAX_REQUEST_BYTES, type PartitionQueue, UNASSIGNED } from './partition-queue.ts';
import { PartitionQueues } from './partition-queues.ts';
import { readOutcomes, toProduceBody } from './produce-request.ts';
import { type RefusedItemOptions, toDeadLetters } from './refused-item.ts';
import type { WriteConnection } from './write-connection.ts';

export interface WriterOptions extends RefusedItemOptions {
  /** Time limit of one attempt; its connection is closed afterwards. */
  readonly attemptTimeoutMs: number;
  readonly compression: number;
  /** Id of the schema that a registry has for the record's value; null where the value stays plain JSON. */
  readonly schemaIdOf: (record: OutgoingRecord) => number | null;
  readonly deadLetterTopicFor: (topic: string) => string;
  /** Records and requests that callers admit at the same time; failing partitions hold at most half of them. */
  readonly maxRecords?: number;
  readonly maxRequests?: number;
  readonly now: () => number;
}

/** Part of an attempt's time that the broker gets, so that its answer, which names late partitions, arrives before our time-out. */
const BROKER_SHARE = 0.75;
/** Interval of the check while records wait that cannot be sent. */
const TICK_MS = 25;
/** Topics are looked up no more often than this while one is in trouble, and this often while all is well. */
const TROUBLE_LOOK_UP_MS = 500;
const LOOK_UP_MS = 60_000;
const LOG_INTERVAL_MS = 10_000;

export class PartitionWriter {
  readonly #cluster: Cluster;
  readonly #leaders: Leaders;
  readonly #options: WriterOptions;
  readonly #queues: PartitionQueues;
  readonly #maxTroubled: number;
  readonly #enoughWrites: number;
  readonly #mayLog = createLogThrottle({ intervalMs: LOG_INTERVAL_MS });
  /** Topics that refuse us for want of a right. Ended by the first write that is confirmed. */
  readonly denied = new Map<string, { readonly reason: string; readonly atMs: number }>();
  /** When a write was confirmed last. */
  storedMs = Number.NEGATIVE_INFINITY;
  #newWrites = 0;
  #isScheduled = false;
  #tick: NodeJS.Timeout | undefined;

  constructor(cluster: Cluster, leaders: Leaders, options: WriterOptions) {
    const { maxRecords = Number.POSITIVE_INFINITY, maxRequests = Number.POSITIVE_INFINITY } = options;
    this.#cluster = cluster;
    this.#leaders = leaders;
    this.#options = options;
    this.#queues = new PartitionQueues(() => cluster.topics);
    this.#maxTroubled = Math.min(maxRecords, maxRequests) / 2;
    this.#enoughWrites = Math.min(ENOUGH_REQUESTS, maxRequests / 2);
  }

  /** Settles it when all its records are stored, or the first has failed. */
  readonly write = (write: Write): void => {
    const open = new OpenWrite(write);
    const full = this.#troubleWithoutRoom(write.records);
    if (full !== undefined) {
      open.failed(full);
      return;
    }
    let mustSend = false;
    for (const item of open.items()) {
      const queue = this.#queues.add(item);
      // Else the answer to the write in flight sends it.
      mustSend ||= this.#leaders.connectionFor(queue)?.isBusy !== true;
    }
    this.#newWrites += 1;
    if (mustSend) this.#schedule();
  };

  /** Why these records are not stored yet; undefined when no more is known than that it takes time. */
  readonly problemOf = (records: readonly OutgoingRecord[]): HubcastError | undefined => {
    for (const record of records) {
      const problem = this.#problemOf(this.#queues.of(record));
      if (problem !== undefined) return problem;
    }
    return undefined;
  };

  /** Partitions in trouble: those with records that wait, and those in which an attempt failed since `sinceMs`. */
  troubles(sinceMs: number): readonly HubcastError[] {
    return this.#queues
      .all()
      .flatMap(({ trouble, size }) => (trouble && (size > 0 || trouble.atMs >= sinceMs) ? trouble.error : []));
  }

  /** Sends what can be sent now, and fails what is late: also after deadlines have changed. */
  readonly pump = (): void => {
    const time = this.#options.now();
    this.#isScheduled = false;
    this.#newWrites = 0;
    this.#queues.assign();
    const sendable = new Map<WriteConnection, PartitionQueue[]>();
    for (const queue of this.#queues.open) {
      this.#examine(queue, time);
      if (queue.size === 0) this.#queues.open.delete(queue);
      if (!queue.canSend(time)) continue;
      const connection = this.#leaders.connectionFor(queue);
      if (!connection?.isFree(time)) continue;
      const together = sendable.get(connection);
      if (together === undefined) sendable.set(connection, [queue]);
      else together.push(queue);
    }
    for (const [connection, queues] of sendable) void this.#send(connection, queues);
    this.#lookUpTopics(time);
    if (this.#queues.open.size > 0) this.#tick ??= setTimeout(this.#onTick, TICK_MS);
  };

  readonly #onTick = (): void => {
    this.#tick = undefined;
    this.pump();
  };

  /** After the loop has turned, so that requests that arrive together share a write; at once when there is enough. */
  #schedule(): void {
    if (this.#newWrites >= this.#enoughWrites) this.pump();
    else if (!this.#isScheduled) {
      this.#isScheduled = true;
      setImmediate(this.pump);
    }
  }

  #troubleWithoutRoom(records: readonly OutgoingRecord[]): HubcastError | undefined {
    if (this.#queues.open.size === 0) return undefined;
    const problem = this.problemOf(records);
    if (problem === undefined) return undefined;
    let held = records.length;
    for (const queue of this.#queues.open) if (this.#problemOf(queue) !== undefined) held += queue.size;
    return held > this.#maxTroubled ? problem : undefined;
  }

  #problemOf(queue: PartitionQueue): HubcastError | undefined {
    const time = this.#options.now();
    const { trouble, topic } = queue;
    const obstacle = this.#obstacleOf(queue) ?? trouble?.error;
    if (obstacle !== undefined) return obstacle;
    const failing = this.#cluster.topics.has(topic) ? undefined : this.#cluster.failing();
    if (failing !== undefined) return storeUnavailable(failing);
    return this.#leaders.connectionFor(queue)?.slowness(time);
  }

  /** Fails what cannot be written until somebody mends the topic, and what is late. */
  #examine(queue: PartitionQueue, time: number): void {
    const { problem, isPassing } = this.#cluster.topics.get(queue.topic) ?? {};
    const isKnownNow = time - this.#cluster.checkedMs < TROUBLE_LOOK_UP_MS;
    if (problem !== undefined && !isPassing && isKnownNow) queue.failAll(storeUnavailable(problem));
    const late = () => this.#problemOf(queue) ?? lateError(queue);
    if (queue.expire(time, late) && this.#obstacleOf(queue) === undefined)
      queue.trouble ??= { error: late(), atMs: time };
  }

  /** What the last look-up says against writing to the partition. */
  #obstacleOf({ topic, partition }: PartitionQueue): HubcastError | undefined {
    const state = this.#cluster.topics.get(topic);
    if (state === undefined) return undefined;
    if (state.problem !== undefined) return storeUnavailable(state.problem);
    if (partition === UNASSIGNED || (state.leaders[partition] ?? -1) >= 0) return undefined;
    return storeUnavailable(leaderlessText(topic, partition));
  }

  #lookUpTopics(time: number): void {
    const sinceMs = time - this.#cluster.triedMs;
    let unknown: string[] = [];
    let isTroubled = false;
    for (const queue of this.#queues.open) {
      const { topic, trouble } = queue;
      isTroubled ||= trouble !== undefined || !this.#cluster.topics.has(topic) || this.#obstacleOf(queue) !== undefined;
      if (!this.#cluster.isWanted(topic)) unknown = [...unknown, topic];
    }
    if (unknown.length === 0 && sinceMs < (isTroubled ? TROUBLE_LOOK_UP_MS : LOOK_UP_MS)) return;
    void this.#cluster.lookUp(unknown).then(this.pump);
  }

  async #send(connection: WriteConnection, queues: readonly PartitionQueue[]): Promise<void> {
    const { now, attemptTimeoutMs, compression, schemaIdOf, meter } = this.#options;
    const startedMs = now();
    const sent: PartitionQueue[] = [];
    let bytes = 0;
    let records = 0;
    let latestMs = 0;
    for (const queue of queues) {
      bytes += queue.take(this.#maxBatchBytes(queue.topic), MAX_REQUEST_BYTES - bytes);
      if (queue.inFlight.length === 0) continue;
      sent.push(queue);
      records += queue.inFlight.length;
      for (const { write } of queue.inFlight) latestMs = Math.max(latestMs, write.deadlineMs);
      this.#queues.open.delete(queue);
      this.#queues.open.add(queue);
    }
    if (sent.length === 0) return;
    const timeoutMs = Math.max(1, Math.min(attemptTimeoutMs, latestMs - startedMs));
    try {
      const body = toProduceBody(sent, { compression, schemaIdOf, timeoutMs: Math.ceil(timeoutMs * BROKER_SHARE) });
      const answer = await connection.produce(body, timeoutMs, now);
      for (const [queue, error] of readOutcomes(answer, sent)) this.#finish(queue, error);
    } catch (error) {
      for (const queue of sent) this.#retry(queue, error);
    }
    meter?.wrote(records, now() - startedMs);
    this.pump();
  }

  #finish(queue: PartitionQueue, error: Error | null): void {
    if (error === null) this.#confirm(queue);
    else if (retryDecisionFor(error) === 'passing') this.#retry(queue, error);
    else if (retryDecisionFor(error) === 'refused') this.#refuse(queue, error);
    else this.#deny(queue, error);
  }

  /** An operator has to mend something about the topic; the others go on. */
  #deny(queue: PartitionQueue, error: Error): void {
    const { topic } = queue;
    const denial = storeUnavailable(`Kafka does not let us write to topic ${topic}`, error);
    this.denied.set(topic, { reason: denial.message, atMs: this.#options.now() });
    queue.failAll(denial);
  }

  #confirm(queue: PartitionQueue): void {
    const { topic, trouble } = queue;
    this.storedMs = this.#options.now();
    this.denied.delete(topic);
    queue.confirmed();
    if (trouble !== undefined && this.#mayLog(`again ${topic}`)) {
      this.#options.log.info({ topic }, 'Kafka takes events of this topic again');
    }
  }

  #retry(queue: PartitionQueue, error: unknown): void {
    const { now, log } = this.#options;
    const reason = describeKafkaError(error);
    const text = `Kafka did not confirm the write to ${queue.name}`;
    queue.failed(isHubcastError(error) ? error : storeUnavailable(text, error), now());
    if (this.#mayLog(reason))
      log.warn({ topic: queue.topic, reason }, 'Kafka did not confirm a write; it is tried again');
  }

  #refuse(queue: PartitionQueue, error: Error): void {
    const item = queue.refused();
    // The topic may accept less than it did.
    if (this.#options.now() - this.#cluster.triedMs >= TROUBLE_LOOK_UP_MS) void this.#cluster.lookUp();
    if (item === undefined) return;
    const limitBytes = this.#maxBatchBytes(this.#options.deadLetterTopicFor(queue.topic));
    for (const deadLetter of toDeadLetters(item, error, limitBytes, this.#options)) this.#queues.add(deadLetter);
  }

  #maxBatchBytes(topic: string): number {
    return this.#cluster.topics.get(topic)?.maxBatchBytes ?? DEFAULT_MAX_BATCH_BYTES;
  }
}

export function leaderlessText(topic: string, partition: number): string {
  return `Partition ${partition} of topic ${topic} has no leader: its brokers are down.`;
}

function lateError({ name }: PartitionQueue): HubcastError {
  return storeUnavailable(`Kafka did not confirm the write to ${name} in time.`);
}
