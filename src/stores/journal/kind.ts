/** The embedded journal as a kind of store, and its options from the settings. */
import type { StoreSettings } from '../../config/settings.ts';
import type { Logger } from '../../core/log.ts';
import type { StoreKind } from '../store-kind.ts';
import { checkDisk } from './check-disk.ts';
import { type JournalOptions, openJournal } from './open-journal.ts';
import { readJournal } from './read-journal.ts';

const HOUR_MS = 60 * 60 * 1000;

export const journalKind: StoreKind = {
  isMeant: ({ KAFKA_BROKERS }) => KAFKA_BROKERS === undefined,
  describe: ({ DATA_DIR }) => `journal in ${DATA_DIR}`,
  open: ({ settings, log }, meter) => openJournal({ ...toJournalOptions(settings(), log), meter }),
  read({ settings }) {
    const { read, readBack, topics, close } = readJournal(settings().DATA_DIR);
    return { read, readBack, topics: async () => topics(), close };
  },
  check({ settings }, notes) {
    const { DATA_DIR: dataDir, JOURNAL_MAX_BYTES: maxBytes } = settings();
    return checkDisk({ dataDir, maxBytes, boundedBy: 'JOURNAL_MAX_BYTES' }, notes);
  },
  oneProcess: 'Without KAFKA_BROKERS they are on disk first, and one process owns that file.',
  ownsJournal: true,
  lastRecordKeptMs: ({ JOURNAL_RETENTION_HOURS }) => JOURNAL_RETENTION_HOURS * HOUR_MS,
  elect: null,
  besideService: null,
  openOrdered: null,
  topicAdmin: null,
  beyondErasure: 'a Kafka this journal was forwarded to: its topics keep records until their retention removes them',
};

export function toJournalOptions(fixed: StoreSettings, log: Logger): JournalOptions {
  return {
    dataDir: fixed.DATA_DIR,
    retentionHours: fixed.JOURNAL_RETENTION_HOURS,
    maxBytes: fixed.JOURNAL_MAX_BYTES,
    writeTimeoutMs: fixed.WRITE_TIMEOUT_MS,
    maxRecords: fixed.MAX_IN_FLIGHT_EVENTS,
    maxRequests: fixed.MAX_IN_FLIGHT_REQUESTS,
    now: Date.now,
    monotonicMs: performance.now.bind(performance),
    log,
  };
}
