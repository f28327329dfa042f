/** Which store the settings mean, and the same choice for those who read. */
import type { Settings, StoreSettings } from './config/settings.ts';
import { openJournal } from './journal/open-journal.ts';
import { readJournal } from './journal/read-journal.ts';
import type { Logger } from './log.ts';
import type { ReadRecords } from './records/record.ts';
import type { TopicNaming } from './records/topics.ts';
import type { Store } from './store/store.ts';

export function namingOf(settings: StoreSettings): TopicNaming {
  return { prefix: settings.TOPIC_PREFIX, names: settings.TOPIC_NAMES };
}

/** Where events go, in words: for the ready line and for the demo. */
export function describeStore(settings: StoreSettings): string {
  return settings.KAFKA_BROKERS === undefined
    ? `journal in ${settings.DATA_DIR}`
    : `Kafka at ${settings.KAFKA_BROKERS.join(', ')}`;
}

export function openStore(settings: Settings, log: Logger): Promise<Store> {
  return openJournal({
    dataDir: settings.DATA_DIR,
    retentionHours: settings.JOURNAL_RETENTION_HOURS,
    maxBytes: settings.JOURNAL_MAX_BYTES,
    writeTimeoutMs: settings.WRITE_TIMEOUT_MS,
    now: Date.now,
    log,
  });
}

export interface OpenReader {
  readonly read: ReadRecords;
  readonly close: () => Promise<void>;
}

export async function openReader(settings: StoreSettings, _log: Logger): Promise<OpenReader> {
  const reader = readJournal(settings.DATA_DIR);
  return { read: reader.read, close: async () => reader.close() };
}
