/**
 * From settings to the watch over the phone numbers: the replica that keeps their state does so here, and one without
 * access to Graph follows what is kept.
 */
import { randomUUID } from 'node:crypto';
import { appsOf, type MetaApp } from '../config/meta-apps.ts';
import type { StoreSettings } from '../config/settings.ts';
import { messageOf } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import { pause } from '../core/time-out.ts';
import type { KnownNumberOf } from '../events/event.ts';
import { FAMILY_NAMES, type Family } from '../fields/families.ts';
import { createLookUps, type LookUps } from '../phone-numbers/look-ups/look-ups.ts';
import { keepState, type LeaderOptions } from '../phone-numbers/watch/leader.ts';
import type { Leadership } from '../phone-numbers/watch/lease-work.ts';
import { createStateDirectory } from '../phone-numbers/watch/state-directory.ts';
import { mayLead } from '../records/planned-topics.ts';
import { type TopicNaming, topicName } from '../records/topics.ts';
import { openReader } from '../stores/select.ts';
import type { Store } from '../stores/store.ts';
import type { StoreKind } from '../stores/store-kind.ts';
import type { OpenLookUps } from './look-ups.ts';
import { followState } from './number-state.ts';

export interface Watch {
  /** Null where nothing is known of numbers. */
  readonly knownNumber: KnownNumberOf | null;
  /** Answers from the state alone; null where Graph is asked. */
  readonly lookUps: LookUps | null;
  readonly close: () => Promise<void>;
}

export interface WatchOptions {
  readonly kind: StoreKind;
  readonly store: Store;
  readonly numbers: OpenLookUps | null;
  readonly log: Logger;
}

/** A leader that falls silent is replaced after this. */
const SESSION_TIMEOUT_MS = 10_000;
/** They say something of numbers. */
const EVENT_FAMILIES: ReadonlySet<Family> = new Set(['phone-numbers', 'accounts']);
const RETRY_MS = 1_000;
const NO_WATCH: Watch = { knownNumber: null, lookUps: null, close: async () => undefined };

export function openWatch(settings: () => StoreSettings, options: WatchOptions): Watch {
  const fixed = settings();
  const { kind, numbers, log } = options;
  const knownNumber = numbers?.directory.peek ?? null;
  if (mayLead(fixed) && numbers !== null) {
    const leaders = watchedApps(fixed).map((watched) => openLeader(settings, watched, numbers, options));
    return {
      knownNumber,
      lookUps: null,
      close: async () => void (await Promise.all(leaders.map(({ close }) => close()))),
    };
  }
  const follows = kind.elect !== null && fixed.PUBLISH_FAMILIES.includes('phone-number-state');
  if (!follows) return { ...NO_WATCH, knownNumber };
  const { view, close } = followState(settings, kind, log);
  const lookUps = numbers === null ? createLookUps(createStateDirectory(view), Date.now) : null;
  return { knownNumber: view.peek, lookUps, close };
}

/** Accounts whose state is in one topic, and the Meta app of each. */
interface Watched {
  readonly stateTopic: string;
  readonly appOf: ReadonlyMap<string, MetaApp>;
}

/** Apps may share their topics; an account that two of them name is the first one's, as for look-ups. */
function watchedApps(settings: StoreSettings): readonly Watched[] {
  const appOf = new Map<string, MetaApp>();
  for (const app of appsOf(settings)) {
    for (const id of app.accessToken === null ? [] : app.accounts) if (!appOf.has(id)) appOf.set(id, app);
  }
  const byTopic = Map.groupBy(appOf, ([, app]) => topicName(namingOfApp(app, settings), 'phone-number-state'));
  return [...byTopic].map(([stateTopic, accounts]) => ({ stateTopic, appOf: new Map(accounts) }));
}

function namingOfApp({ topicPrefix }: MetaApp, { TOPIC_NAMES }: StoreSettings): TopicNaming {
  return { prefix: topicPrefix, names: TOPIC_NAMES };
}

/** One for each state topic. */
function openLeader(
  settings: () => StoreSettings,
  { stateTopic, appOf }: Watched,
  numbers: OpenLookUps,
  { kind, store, log }: WatchOptions,
): Pick<Watch, 'close'> {
  const fixed = settings();
  const keptMs = kind.lastRecordKeptMs(fixed);
  const namings = [...new Set(appOf.values())].map((app) => namingOfApp(app, fixed));
  const [firstApp] = [...appOf.values()] as [MetaApp];
  const reader = openReader({ settings, log }, kind);
  const closing = new AbortController();
  const families = new Map(
    namings.flatMap((naming) => FAMILY_NAMES.map((family) => [topicName(naming, family), family] as const)),
  );
  const options: LeaderOptions = {
    accountIds: [...appOf.keys()],
    intervalMs: fixed.PHONE_NUMBERS_WATCH_SECONDS * 1000,
    rewriteAfterMs: keptMs === null ? null : keptMs / 2,
    shared: kind.elect !== null,
    readsLately: numbers.readsLately,
    readList: numbers.directory.readList,
    lastList: numbers.directory.lastList,
    onEvent({ topic, key }) {
      const family = families.get(topic);
      if (family !== undefined) numbers.directory.countEvents([{ family, key }]);
    },
    read: reader.read,
    append: store.append,
    stateTopic,
    eventTopics: [...families].flatMap(([topic, family]) => (EVENT_FAMILIES.has(family) ? [topic] : [])),
    recordOptions(accountId) {
      // Accounts of old settings may stand in the state.
      const app = appOf.get(accountId) ?? firstApp;
      return { naming: namingOfApp(app, fixed), app: app.name, nowMs: Date.now(), deliveryId: randomUUID() };
    },
    now: Date.now,
    log,
  };

  async function keep(lease: Leadership): Promise<void> {
    while (!lease.signal.aborted) {
      const { ready } = await store.readiness();
      // Topics that are being created look empty.
      if (ready) {
        await keepState(options, lease).catch((error: unknown) => {
          log.error({ error: messageOf(error) }, 'the state of the phone numbers is not kept; tried again');
        });
      }
      await pause(RETRY_MS, lease.signal);
    }
  }

  if (kind.elect === null) {
    const alone = keep({
      generation: 0,
      signal: closing.signal,
      isValid: () => !closing.signal.aborted,
      positions: async () => new Map(),
      commit: async () => undefined,
    });
    return {
      async close() {
        closing.abort();
        await alone;
        reader.close();
      },
    };
  }
  const joining = kind.elect(
    { settings, log },
    { groupId: `hubcast-numbers.${stateTopic}`, sessionTimeoutMs: SESSION_TIMEOUT_MS, onLease: keep },
  );
  return {
    async close() {
      await (await joining).close();
      reader.close();
    },
  };
}
