/** Where events go: one entry for each way the service can be run. */
import { join } from 'node:path';
import { foreignConsumer } from '../stores/kafka/broker/foreign-consumer.ts';
import { makeAuthority, SERVER } from '../support/tls-certificates.ts';
import type { FoundRecord } from './audit.ts';
import type { Fault, Stage } from './faults.ts';
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
  /** The authority (PEM) of a service that takes TLS alone. */
  readonly ca?: () => string;
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
    name: 'workers',
    kafka: true,
    stages: ['broker', 'cluster', 'proxied', 'none'],
    env: ({ brokers }) => ({ KAFKA_BROKERS: brokers.join(','), WORKERS: '2' }),
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
    read: readFile,
  },
  {
    name: 'tls',
    kafka: false,
    stages: ['none'],
    env: ({ dataDir }) => ({ DATA_DIR: dataDir, TLS_CERT: certificates().cert, TLS_KEY: certificates().key }),
    ca: () => certificates().ca,
    exactlyOnce: true,
    forwards: false,
    read: readFile,
  },
];

export function canMeet(mode: Mode, { stage, modes }: Fault): boolean {
  return mode.stages.includes(stage) && (modes?.includes(mode.name) ?? true);
}

let made: { readonly ca: string; readonly cert: string; readonly key: string } | undefined;

function certificates() {
  if (made === undefined) {
    const authority = makeAuthority('ledger');
    made = { ca: authority.cert, ...authority.sign('/CN=localhost', { extensions: SERVER }) };
  }
  return made;
}

async function readFile({ dataDir, prefix }: Place): Promise<FoundRecord[]> {
  return readJournalFile(join(dataDir, 'journal.db'), prefix);
}

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
