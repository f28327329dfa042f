/** From settings to answers about stored events, for the internal listener. */
import type { Settings } from '../config/settings.ts';
import { messageOf } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import { createStoredEvents, type StoredEvents } from '../event-queries/event-queries.ts';
import type { KnownNumberOf, SplitEvent } from '../events/event.ts';
import { writtenFamilies } from '../records/topics.ts';
import { namingsOf, type OpenReader, openReader } from '../stores/select.ts';
import type { Append } from '../stores/store.ts';
import { openReplay } from './dead-letter-replay.ts';

export interface OpenEventsOptions {
  readonly append: Append;
  readonly knownNumber?: KnownNumberOf;
  readonly onStored?: (events: readonly SplitEvent[]) => void;
}

/** What is no event, and state, which is a record for each number and not what happened. */
const NOT_LISTED: ReadonlySet<string> = new Set(['raw', 'phone-number-state']);

/** @param settings asked again for what can change while the service runs */
export function openEvents(settings: () => Settings, log: Logger, options: OpenEventsOptions): StoredEvents {
  const fixed = settings();
  let journal: OpenReader | undefined;

  function reader(): OpenReader {
    if (fixed.KAFKA_BROKERS !== undefined) return openReader(settings(), log);
    journal ??= openReader(fixed, log);
    return journal;
  }

  const events = createStoredEvents({
    reader,
    namings: namingsOf(fixed),
    families: writtenFamilies().filter((family) => !NOT_LISTED.has(family)),
    replay: openReplay(fixed, { ...options, read: (question) => reader().read(question) }),
    now: Date.now,
    onError: (error) => log.warn({ error: messageOf(error) }, 'stored events can no longer be followed'),
  });
  return {
    ...events,
    close() {
      events.close();
      journal?.close();
    },
  };
}
