import { partitionFor } from '../../records/partition.ts';
import type { OutgoingRecord } from '../../records/record.ts';
import type { TopicStates } from './ensure-topics.ts';
import type { Item } from './open-write.ts';
import { PartitionQueue, UNASSIGNED } from './partition-queue.ts';

/** The queues of all partitions. Records of an unknown topic wait in one queue of that topic. */
export class PartitionQueues {
  /** Queues that hold records. A served queue moves to the end. */
  readonly open = new Set<PartitionQueue>();
  readonly #topics: () => TopicStates;
  readonly #byTopic = new Map<string, Map<number, PartitionQueue>>();

  constructor(topics: () => TopicStates) {
    this.#topics = topics;
  }

  all(): readonly PartitionQueue[] {
    return [...this.#byTopic.values()].flatMap((ofTopic) => [...ofTopic.values()]);
  }

  of({ topic, key }: OutgoingRecord): PartitionQueue {
    const count = this.#topics().get(topic)?.leaders.length ?? 0;
    return this.#queue(topic, count === 0 ? UNASSIGNED : partitionFor(topic, key, count));
  }

  add(item: Item): PartitionQueue {
    const queue = this.of(item.record);
    if (queue.partition !== UNASSIGNED) this.#assign(item.record.topic);
    queue.add(item);
    this.open.add(queue);
    return queue;
  }

  /** Moves records into the queues of their partitions once these are known. */
  assign(): void {
    for (const { topic, partition } of this.open) if (partition === UNASSIGNED) this.#assign(topic);
  }

  #assign(topic: string): void {
    const unassigned = this.#byTopic.get(topic)?.get(UNASSIGNED);
    if (unassigned === undefined || (this.#topics().get(topic)?.leaders.length ?? 0) === 0) return;
    this.#byTopic.get(topic)?.delete(UNASSIGNED);
    this.open.delete(unassigned);
    for (const item of unassigned.takeAll()) this.add(item);
  }

  #queue(topic: string, partition: number): PartitionQueue {
    let ofTopic = this.#byTopic.get(topic);
    if (ofTopic === undefined) {
      ofTopic = new Map();
      this.#byTopic.set(topic, ofTopic);
    }
    let queue = ofTopic.get(partition);
    if (queue === undefined) {
      queue = new PartitionQueue(topic, partition);
      ofTopic.set(partition, queue);
    }
    return queue;
  }
}
