/** Errors of the event store: writing, reading and opening it. */
import type { ErrorKind } from './error-kind.ts';

export const STORE_ERRORS = {
  store_unavailable: {
    status: 503,
    retry: true,
    summary: 'The event store cannot take the events now. Send them again.',
    fix: 'Ask /ready on the internal listener, which names the cause, or run "hubcast doctor". Bring Kafka back, make the missing topic ("hubcast topics apply"), or mend the disk of DATA_DIR; Meta sends again.',
  },
  write_timed_out: {
    status: 503,
    retry: true,
    summary: 'The event store did not answer in time. Send it again.',
    fix: 'The store is slower than WRITE_TIMEOUT_MS. Check broker or disk latency.',
  },
  store_full: {
    status: 503,
    retry: true,
    summary: 'The event store is full. Send it again later.',
    fix: 'Free space on the disk of DATA_DIR, raise JOURNAL_MAX_BYTES, or lower JOURNAL_RETENTION_HOURS.',
  },
  record_refused: {
    status: 503,
    retry: false,
    summary: 'The event store refuses a record for good.',
    fix: 'The topic accepts only smaller records than Meta sends: set its max.message.bytes to twice MAX_BODY_BYTES.',
  },
  store_locked: {
    status: 503,
    retry: false,
    summary: 'Another process owns this data folder.',
    fix: 'Only one hubcast may write to a DATA_DIR. Stop the other one, or give this one its own folder.',
  },
  store_not_readable: {
    status: 501,
    retry: false,
    summary: 'The events of this store cannot be read here.',
    fix: 'Read them where the store puts them, or use a store that hubcast can read: Kafka or the journal.',
  },
  store_incompatible: {
    status: 503,
    retry: false,
    summary: 'The data folder was written by another version.',
    fix: 'Start the version of hubcast that wrote it, or a newer one.',
  },
} as const satisfies Record<string, ErrorKind>;
