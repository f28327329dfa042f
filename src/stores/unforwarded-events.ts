/** Warns about events in a journal of DATA_DIR that were never forwarded, after the spool was switched off or Kafka was set up. */
import { existsSync } from 'node:fs';
import { messageOf } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import { holdsUnforwarded } from './journal/check.ts';
import { journalFile } from './journal/files.ts';

/** For stores that do not own the journal of DATA_DIR. */
export function warnOfUnforwardedEvents(dataDir: string, log: Logger): void {
  const file = journalFile(dataDir);
  if (!existsSync(file)) return;
  try {
    if (!holdsUnforwarded(file)) return;
  } catch (error) {
    log.warn(
      { file, error: messageOf(error) },
      'there is a journal, and it could not be read for what is not in Kafka',
    );
    return;
  }
  const fix = 'Run "hubcast forward" on this DATA_DIR once, or set SPOOL=on.';
  log.warn({ file, fix }, 'there is a journal with events that are not in Kafka, and nothing forwards them');
}
