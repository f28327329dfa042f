/** Settings of what is kept on this machine's disk: the embedded journal and the spool. */
import { MIB, onOff, setting, settingGroup, text, wholeNumber } from '../kinds.ts';

export const diskSettings = settingGroup('Journal', {
  DATA_DIR: setting(
    text().default('data'),
    'Folder of the embedded journal, and of the spool; not used with KAFKA_BROKERS alone',
  ),
  JOURNAL_RETENTION_HOURS: setting(wholeNumber(1).default(168), 'Records older than this are removed from the journal'),
  JOURNAL_MAX_BYTES: setting(
    wholeNumber(4 * MIB).default(10 * 1024 * MIB),
    'Size of the journal at which requests get 503; no event is removed to make room',
  ),
  SPOOL: setting(
    onOff(false),
    'With KAFKA_BROKERS: events are durable in DATA_DIR first and go to Kafka from there, so that an outage of Kafka costs no 503',
  ),
  SPOOL_MAX_BYTES: setting(
    wholeNumber(16 * MIB).default(10 * 1024 * MIB),
    'Size of the spool at which requests get 503; no event is removed to make room',
  ),
  SPOOL_DRAIN_TIMEOUT_MS: setting(
    wholeNumber(0, 600_000).default(10_000),
    'After SIGTERM: time to forward what is in the spool; the rest stays for the next start',
  ),
});
