/** The spool as a kind of store: a journal of its own in DATA_DIR, and Kafka behind it. */

import { checkDisk } from '../journal/check-disk.ts';
import { toJournalOptions } from '../journal/kind.ts';
import { openJournal } from '../journal/open-journal.ts';
import { kafkaKind, openOrderedWriter } from '../kafka/kind.ts';
import type { StoreMeter } from '../store.ts';
import type { StoreContext, StoreKind } from '../store-kind.ts';
import { openSpool, type SpoolOptions } from './open-spool.ts';

export const spoolKind: StoreKind = {
  ...kafkaKind,
  isMeant: ({ SPOOL }) => SPOOL,
  describe: (settings) => `spool in ${settings.DATA_DIR}, from there ${kafkaKind.describe(settings)}`,
  open: (context, meter) => openSpool(toSpoolOptions(context, meter)),
  async check(context, notes) {
    const { DATA_DIR: dataDir, SPOOL_MAX_BYTES: maxBytes } = context.settings();
    await kafkaKind.check(context, notes);
    await checkDisk({ dataDir, maxBytes, boundedBy: 'SPOOL_MAX_BYTES' }, notes);
  },
  oneProcess: 'With SPOOL=on they are on disk first, and one process owns that file.',
  ownsJournal: true,
  besideService: kafkaKind,
};

/** Part of SPOOL_MAX_BYTES for dedupe ids; the rest holds waiting events. */
const IDS_SHARE = 1 / 4;
/** Space kept free in file and disk, because removing forwarded records needs some. */
const RESERVE_BYTES = 8 * 1024 * 1024;

export function toSpoolOptions(context: StoreContext, meter?: StoreMeter): SpoolOptions {
  const { log } = context;
  const fixed = context.settings();
  const journal = toJournalOptions(fixed, log);
  return {
    openJournal: (onStored) =>
      openJournal({
        ...journal,
        retentionHours: null,
        maxBytes: fixed.SPOOL_MAX_BYTES,
        maxIdBytes: fixed.SPOOL_MAX_BYTES * IDS_SHARE,
        boundedBy: 'SPOOL_MAX_BYTES',
        reserveBytes: RESERVE_BYTES,
        trim: true,
        onStored,
        meter,
      }),
    maxBytes: fixed.SPOOL_MAX_BYTES,
    openKafka: () => openOrderedWriter(context, meter),
    drainTimeoutMs: fixed.SPOOL_DRAIN_TIMEOUT_MS,
    now: journal.now,
    log,
  };
}
