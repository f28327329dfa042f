/** Settings of what is kept on this machine's disk: the embedded journal and the spool. */
import { MIB, onOff, setting, settingGroup, text, wholeNumber } from '../kinds.ts';

export const diskSettings = settingGroup('Journal', {
  DATA_DIR: setting(
    text().default('data'),
    'Folder of the embedded journal and of the spool. KAFKA_BROKERS without SPOOL does not use it',
  ),
  JOURNAL_RETENTION_HOURS: setting(wholeNumber(1).default(168), 'Records older than this are removed from the journal'),
  JOURNAL_MAX_BYTES: setting(
    wholeNumber(4 * MIB).default(10 * 1024 * MIB),
    'Size of the journal at which requests get 503. hubcast never removes events to free space',
  ),
  SPOOL: setting(
    onOff(false),
    'With KAFKA_BROKERS: store events durably in DATA_DIR first and forward them to Kafka, so that an outage of Kafka causes no 503',
  ),
  SPOOL_MAX_BYTES: setting(
    wholeNumber(16 * MIB).default(10 * 1024 * MIB),
    'Size of the spool at which requests get 503. hubcast never removes events to free space',
  ),
  SPOOL_DRAIN_TIMEOUT_MS: setting(
    wholeNumber(0, 600_000).default(10_000),
    'After SIGTERM: time to forward the events in the spool. The rest stays for the next start',
  ),
});
