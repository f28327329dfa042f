/** Has the worker remove what is too old, at the start and every minute, chunk by chunk so that writes find the disk idle. */
import { messageOf } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import { createSingleFlight } from '../../core/single-flight.ts';
import { pause } from '../../core/time-out.ts';
import type { WorkerLink } from './worker-link.ts';

export interface RegularExpiry {
  /** Resolves when nothing too old is left. */
  readonly expire: () => Promise<void>;
  readonly stop: () => void;
}

export interface RegularExpiryOptions {
  readonly link: WorkerLink;
  /** Null: nothing is removed for its age. */
  readonly retentionHours: number | null;
  /** Also what is in Kafka. */
  readonly trim: boolean;
  readonly now: () => number;
  readonly log: Logger;
}

const HOUR_MS = 60 * 60 * 1000;
const INTERVAL_MS = 60_000;
const PAUSE_MS = 10;

export function expireRegularly({ link, retentionHours, trim, now, log }: RegularExpiryOptions): RegularExpiry {
  let stopped = false;
  const expiring = createSingleFlight<void>();

  async function removeExpired(): Promise<void> {
    while (!stopped) {
      const nowMs = now();
      const beforeMs = retentionHours === null ? null : nowMs - retentionHours * HOUR_MS;
      const { records, ids, more } = await link.call('expire', { nowMs, beforeMs, trim });
      if (records + ids > 0) log.debug({ records, ids }, 'journal removed what is too old');
      if (!more) return;
      await pause(PAUSE_MS);
    }
  }

  const expire = () => expiring.run(removeExpired);

  function expireQuietly(): void {
    expire().catch((error: unknown) =>
      log.warn({ error: messageOf(error) }, 'journal could not remove what is too old'),
    );
  }

  const timer = setInterval(expireQuietly, INTERVAL_MS);
  timer.unref();
  expireQuietly();
  return {
    expire,
    stop() {
      stopped = true;
      clearInterval(timer);
    },
  };
}
