/** Where events go: one entry for each way the service can be run. */
import { join } from 'node:path';
import { foreignConsumer } from '../stores/kafka/broker/foreign-consumer.ts';
import type { FoundRecord } from './audit.ts';
import type { Stage } from './faults.ts';
import { listTopics } from './kafka-admin.ts';
import { readJournalFile } from './read-journal-file.ts';

export interface Place {
  readonly brokers: readonly string[];
  readonly prefix: string;
  readonly dataDir: string;
}

export interface Mode {
  readonly name: string;
  readonly kafka: boolean;
  /** Faults this mode can meet, by what they need around them. */
  readonly stages: readonly Stage[];
  readonly env: (place: Place) => Readonly<Record<string, string>>;
  /** An id is stored once, whatever happens. */
  readonly exactlyOnce: boolean;
  /** Events reach the place they are read from after their request was answered. */
  readonly forwards: boolean;
  /** Everything that was stored, by a reader that is not ours. */
  readonly read: (place: Place) => Promise<FoundRecord[]>;
}

export const MODES: readonly Mode[] = [
  {
    name: 'direct',
    kafka: true,
    stages: ['broker', 'cluster', 'proxied', 'none'],
    env: ({ brokers }) => ({ KAFKA_BROKERS: brokers.join(',') }),
    exactlyOnce: false,
    forwards: false,
    read: readTopics,
  },
  {
    name: 'spool',
    kafka: true,
    stages: ['broker', 'cluster', 'proxied', 'small-disk', 'none'],
    env: ({ brokers, dataDir }) => ({ KAFKA_BROKERS: brokers.join(','), SPOOL: 'on', DATA_DIR: dataDir }),
    exactlyOnce: false,
    forwards: true,
    read: readTopics,
  },
  {
    name: 'journal',
    kafka: false,
    stages: ['small-disk', 'none'],
    env: ({ dataDir }) => ({ DATA_DIR: dataDir }),
    exactlyOnce: true,
    forwards: false,
    read: async ({ dataDir, prefix }) => readJournalFile(join(dataDir, 'journal.db'), prefix),
  },
];

async function readTopics({ brokers, prefix }: Place): Promise<FoundRecord[]> {
  const found: FoundRecord[] = [];
  for (const topic of await listTopics(brokers, prefix)) {
    const records = await foreignConsumer(brokers, topic);
    if (records === null) throw new Error('There is no foreign consumer. Install kcat, or Java 17 and Maven.');
    for (const { partition, offset, key, headers, payload } of records) {
      const named = Object.fromEntries(headers);
      const { ce_id: id = null, ce_type: type = null } = named;
      found.push({ family: topic.slice(prefix.length + 1), partition, offset, key, id, type, payload });
    }
  }
  return found;
}
