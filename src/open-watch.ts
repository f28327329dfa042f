/**
 * From settings to the watch over the phone numbers: the replica that keeps their state does so here, and one without
 * access to Graph follows what is kept.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { MAIN_APP } from './config/meta-apps.ts';
import type { StoreSettings } from './config/settings.ts';
import { HubcastError, messageOf } from './errors.ts';
import type { KnownNumberOf } from './events/event.ts';
import { FAMILY_NAMES } from './fields/families.ts';
import { joinForHold } from './kafka/membership.ts';
import type { Logger } from './log.ts';
import type { OpenLookUps } from './open-look-ups.ts';
import { kafkaConnection, keepsState, monotonicMs, namingOf, type OpenReader, openReader } from './open-store.ts';
import { type KeeperHold, type KeeperOptions, keepState } from './phone-numbers/keeper.ts';
import { createLookUps, type LookUps } from './phone-numbers/look-ups.ts';
import { createStateDirectory } from './phone-numbers/state-directory.ts';
import { createStateView } from './phone-numbers/state-view.ts';
import { topicName } from './records/topics.ts';
import type { Store } from './store/store.ts';

export interface Watch {
  /** Null where nothing is known of numbers. */
  readonly knownNumber: KnownNumberOf | null;
  /** Answers from the state alone; null where Graph is asked. */
  readonly lookUps: LookUps | null;
  readonly close: () => Promise<void>;
}

export interface WatchOptions {
  readonly store: Store;
  readonly numbers: OpenLookUps | null;
  readonly log: Logger;
}

const HOUR_MS = 60 * 60 * 1000;
/** A keeper that falls silent is replaced after this. */
const SESSION_TIMEOUT_MS = 10_000;
const RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;
const NO_WATCH: Watch = { knownNumber: null, lookUps: null, close: async () => undefined };

export function openWatch(settings: () => StoreSettings, options: WatchOptions): Watch {
  const fixed = settings();
  const { numbers, log } = options;
  const knownNumber = numbers?.directory.peek ?? null;
  if (keepsState(fixed) && numbers !== null) return { ...openKeeper(settings, numbers, options), knownNumber };
  // The look-ups, and with them the state, are those of one app.
  const follows =
    fixed.KAFKA_BROKERS !== undefined &&
    fixed.META_APPS === undefined &&
    fixed.PUBLISH_FAMILIES.includes('phone-number-state');
  return follows ? followState(settings, numbers, log) : { ...NO_WATCH, knownNumber };
}

function openKeeper(settings: () => StoreSettings, numbers: OpenLookUps, { store, log }: WatchOptions) {
  const fixed = settings();
  const naming = namingOf(fixed);
  const stateTopic = topicName(naming, 'phone-number-state');
  const reader = openReader(settings, log);
  const closing = new AbortController();
  const families = new Map(FAMILY_NAMES.map((family) => [topicName(naming, family), family]));
  const options: KeeperOptions = {
    accountIds: fixed.WABA_IDS ?? [],
    intervalMs: fixed.PHONE_NUMBERS_WATCH_SECONDS * 1000,
    rewriteAfterMs: fixed.KAFKA_BROKERS === undefined ? (fixed.JOURNAL_RETENTION_HOURS * HOUR_MS) / 2 : null,
    shared: fixed.KAFKA_BROKERS !== undefined,
    readsLately: numbers.readsLately,
    readList: numbers.directory.readList,
    lastList: numbers.directory.lastList,
    onEvent({ topic, key }) {
      const family = families.get(topic);
      if (family !== undefined) numbers.directory.noteEvents([{ family, key }]);
    },
    read: reader.read,
    append: store.append,
    stateTopic,
    eventTopics: [topicName(naming, 'phone-numbers'), topicName(naming, 'accounts')],
    recordOptions: () => ({ naming, app: MAIN_APP, nowMs: Date.now(), deliveryId: randomUUID() }),
    now: Date.now,
    log,
  };

  async function keep(hold: KeeperHold): Promise<void> {
    while (!hold.signal.aborted) {
      const { ready } = await store.readiness();
      // Topics that are being created look empty.
      if (ready) {
        await keepState(options, hold).catch((error: unknown) => {
          log.error({ error: messageOf(error) }, 'the state of the phone numbers is not kept; tried again');
        });
      }
      await sleep(RETRY_MS, undefined, { signal: hold.signal }).catch(() => undefined);
    }
  }

  if (fixed.KAFKA_BROKERS === undefined) {
    const alone = keep({
      generation: 0,
      signal: closing.signal,
      isValid: () => !closing.signal.aborted,
      positions: async () => new Map(),
      commit: async () => undefined,
    });
    return {
      lookUps: null,
      async close() {
        closing.abort();
        await alone;
        reader.close();
      },
    };
  }
  const membership = joinForHold({
    connection: kafkaConnection(settings, fixed.KAFKA_BROKERS, log),
    groupId: `hubcast-keeper.${stateTopic}`,
    sessionTimeoutMs: SESSION_TIMEOUT_MS,
    onHold: keep,
    now: monotonicMs,
  });
  return {
    lookUps: null,
    async close() {
      await membership.close();
      reader.close();
    },
  };
}

/** What the keeper wrote, in memory. A topic that is not there yet is waited for. */
function followState(settings: () => StoreSettings, numbers: OpenLookUps | null, log: Logger): Watch {
  const fixed = settings();
  const reader = openReader(settings, log);
  const closing = new AbortController();
  const { signal } = closing;
  const view = createStateView();
  const topics = [topicName(namingOf(fixed), 'phone-number-state')];
  async function follow(): Promise<void> {
    for (let retryMs = RETRY_MS; !signal.aborted; retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2)) {
      try {
        for await (const record of reader.read({ topics, from: 'start', follow: true, signal })) {
          if (view.take(record)) retryMs = RETRY_MS;
        }
      } catch (error) {
        log.warn({ topics, error: messageOf(error) }, 'the state of the phone numbers cannot be read');
      }
      await sleep(retryMs, undefined, { signal }).catch(() => undefined);
    }
  }
  const following = follow();
  return {
    knownNumber: view.peek,
    lookUps: numbers === null ? createLookUps(createStateDirectory(view), Date.now) : null,
    async close() {
      closing.abort();
      await following;
      reader.close();
    },
  };
}

/** The state as it is stored now, for one question. @returns null where there is none */
export async function openStoredState(settings: StoreSettings, log: Logger): Promise<LookUps | null> {
  const view = createStateView();
  const reader = openStored(settings, log);
  if (reader === null) return null;
  try {
    const topics = [topicName(namingOf(settings), 'phone-number-state')];
    for await (const record of reader.read({ topics, from: 'start', follow: false })) view.take(record);
  } finally {
    reader.close();
  }
  return view.accounts().length === 0 ? null : createLookUps(createStateDirectory(view), Date.now);
}

function openStored(settings: StoreSettings, log: Logger): OpenReader | null {
  try {
    return openReader(settings, log);
  } catch (error) {
    // No journal.
    if (error instanceof HubcastError && error.code === 'usage') return null;
    throw error;
  }
}
