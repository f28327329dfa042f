/** From settings to answers about stored events, for the internal listener. */
import type { Settings } from '../config/settings.ts';
import { messageOf } from '../core/errors.ts';
import { createStoredEvents, type StoredEvents } from '../event-queries/event-queries.ts';
import type { KnownNumberOf, SplitEvent } from '../events/event.ts';
import { namingsOf } from '../records/planned-topics.ts';
import { writtenFamilies } from '../records/topic-plans.ts';
import { openReader } from '../stores/select.ts';
import type { Append } from '../stores/store.ts';
import type { StoreContext, StoreKind, StoreReader } from '../stores/store-kind.ts';
import { openReplay } from './dead-letter-replay.ts';

export interface EventsOptions extends StoreContext {
  readonly settings: () => Settings;
  readonly kind: StoreKind;
  readonly append: Append;
  readonly knownNumber: KnownNumberOf | undefined;
  readonly onStored: ((events: readonly SplitEvent[]) => void) | undefined;
}

/** What is no event, and state, which is a record for each number and not what happened. */
const NOT_LISTED: ReadonlySet<string> = new Set(['raw', 'phone-number-state']);

export function openEvents(options: EventsOptions): StoredEvents {
  const { kind, append, knownNumber, onStored, log } = options;
  const fixed = options.settings();
  let opened: StoreReader | undefined;

  function reader(): StoreReader {
    opened ??= openReader(options, kind);
    return opened;
  }

  const events = createStoredEvents({
    reader,
    namings: namingsOf(fixed),
    families: writtenFamilies().filter((family) => !NOT_LISTED.has(family)),
    replay: openReplay(fixed, { append, knownNumber, onStored, read: (question) => reader().read(question) }),
    now: Date.now,
    onError: (error) => log.warn({ error: messageOf(error) }, 'stored events can no longer be followed'),
  });
  return {
    ...events,
    close() {
      events.close();
      opened?.close();
    },
  };
}
