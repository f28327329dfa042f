/** A store of two stages: records are durable in a journal when `append` resolves, and are forwarded to Kafka from there. */
import { HubcastError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import { within } from '../../core/time-out.ts';
import type { OrderedWriter } from '../ordered-writer.ts';
import type { SpoolLag, Store, StoreBacklog } from '../store.ts';
import { endForwarding } from './end-forwarding.ts';
import { Forwarder } from './forwarder.ts';
import type { Source } from './source.ts';

export interface SpoolJournal extends Store {
  readonly backlog: () => StoreBacklog;
  readonly forwarding: Source;
  /** Rejects new records, and resolves when pending ones have settled or timed out. */
  readonly finishWrites: () => Promise<void>;
}

export interface SpoolOptions {
  /** @param onStored called after records were stored */
  readonly openJournal: (onStored: () => void) => Promise<SpoolJournal>;
  /** Limit of the journal's file. */
  readonly maxBytes: number;
  /** Opened after the journal, so that an unusable folder leaves no open connection. */
  readonly openKafka: () => Promise<OrderedWriter>;
  /** Time to forward the remaining records when the store closes. */
  readonly drainTimeoutMs: number;
  /** Wall clock in ms since 1970. */
  readonly now: () => number;
  readonly log: Logger;
}

export interface Spool extends Store {
  readonly lag: () => Promise<SpoolLag>;
  /** Resolves when all records stored before the call are in Kafka or parked. */
  readonly caughtUp: () => Promise<void>;
}

/** Part of the drain time reserved for the last pending write. */
const LAST_WRITE_SHARE = 0.3;

/** Throws the errors of opening the journal; waits for Kafka if it is away. */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const { now, log } = options;
  let wake: (() => void) | undefined;
  const journal = await options.openJournal(() => wake?.());
  const kafka = await options.openKafka();
  const forwarder = new Forwarder({
    source: journal.forwarding,
    write: kafka.write,
    trim: true,
    log,
  });
  wake = forwarder.wake;
  let closing: Promise<void> | undefined;

  async function lag(): Promise<SpoolLag> {
    const { records, bytes, counted, oldestMs, parked } = await journal.forwarding.backlog();
    return {
      records,
      bytes,
      maxBytes: options.maxBytes,
      counted,
      ageMs: oldestMs === null ? null : Math.max(0, now() - oldestMs),
      parked,
    };
  }

  async function close(): Promise<void> {
    await journal.finishWrites();
    const lastWriteMs = options.drainTimeoutMs * LAST_WRITE_SHARE;
    await within(forwarder.caughtUp(), options.drainTimeoutMs - lastWriteMs, () => undefined);
    await endForwarding(forwarder, kafka, lastWriteMs);
    const left = await lag().catch(() => undefined);
    if (left !== undefined && (left.records > 0 || !left.counted))
      log.warn({ spool: left }, 'the spool is not empty: the next start on this DATA_DIR forwards the rest');
    await journal.close();
  }

  return {
    append: (records) =>
      closing === undefined
        ? journal.append(records)
        : Promise.reject(new HubcastError('shutting_down', 'The store is closing.')),
    backlog: journal.backlog,
    async readiness() {
      if (closing !== undefined) return { ready: false, reason: 'The store is closing.' };
      const [onDisk, inKafka] = await Promise.all([journal.readiness(), kafka.readiness()]);
      if (!onDisk.ready) return onDisk;
      const spool = await lag();
      const warnings = [...(onDisk.warnings ?? []), ...((inKafka.ready && inKafka.warnings) || [])];
      const problem = forwarder.problem();
      if (!inKafka.ready) warnings.push(`Events wait in the spool, as Kafka does not take them: ${inKafka.reason}`);
      else if (problem !== undefined)
        warnings.push(`Events wait in the spool, and so does all that was stored after them: ${problem}`);
      if (spool.parked > 0)
        warnings.push(
          `${spool.parked} events are parked, as Kafka refuses them for good: see "hubcast journal check".`,
        );
      return { ready: true, warnings, spool };
    },
    close() {
      closing ??= close();
      return closing;
    },
    lag,
    caughtUp: forwarder.caughtUp,
  };
}
