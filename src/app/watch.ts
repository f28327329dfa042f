/**
 * From settings to the watch over the phone numbers: a replica with access to Graph may become the one that keeps their
 * state, and one without follows what is kept.
 */
import { randomUUID } from 'node:crypto';
import { appsOf, type MetaApp } from '../config/meta-apps.ts';
import type { StoreSettings } from '../config/settings.ts';
import { HubcastError } from '../core/errors.ts';
import type { KnownNumberOf } from '../events/event.ts';
import { FAMILY_NAMES, type Family } from '../fields/families.ts';
import { createLookUps, type LookUps } from '../phone-numbers/look-ups/look-ups.ts';
import { followState } from '../phone-numbers/watch/follow-state.ts';
import { keepStateDuring, soleLease } from '../phone-numbers/watch/keep-state.ts';
import type { LeaderOptions } from '../phone-numbers/watch/leader.ts';
import { createStateDirectory } from '../phone-numbers/watch/state-directory.ts';
import { mayLead, namingOf, topicsOfFamily } from '../records/planned-topics.ts';
import { topicName } from '../records/topic-plans.ts';
import type { Lease } from '../stores/lease.ts';
import { openReader } from '../stores/select.ts';
import type { Store } from '../stores/store.ts';
import type { StoreContext, StoreKind } from '../stores/store-kind.ts';
import type { OpenLookUps } from './look-ups.ts';

export interface Watch {
  /** Undefined where numbers are not known. */
  readonly knownNumber: KnownNumberOf | undefined;
  /** Answers from the state alone; null where Graph is asked. */
  readonly lookUps: LookUps | null;
}

export interface WatchOptions extends StoreContext {
  readonly kind: StoreKind;
  readonly store: Store;
  /** Null where this process has no access to Graph. */
  readonly numbers: OpenLookUps | null;
  /** Where everything that is opened is registered for closing. */
  readonly parts: AsyncDisposableStack;
}

/** A leader that is silent for so long is replaced. */
const SESSION_TIMEOUT_MS = 10_000;
/** Families whose events say something about numbers. */
const EVENT_FAMILIES: ReadonlySet<Family> = new Set(['phone-numbers', 'accounts']);

/** @throws HubcastError where the state would be kept, and the store cannot be read */
export function openWatch(options: WatchOptions): Watch {
  const { kind, numbers } = options;
  const fixed = options.settings();
  if (mayLead(fixed) && numbers !== null) {
    for (const watched of watchedApps(fixed)) openLeader(watched, numbers, options);
    return { knownNumber: numbers.directory.peek, lookUps: null };
  }
  const isFollowed = kind.elect !== null && fixed.PUBLISH_FAMILIES.includes('phone-number-state');
  if (!isFollowed) return { knownNumber: numbers?.directory.peek, lookUps: null };
  const view = openFollower(fixed, options);
  const lookUps = numbers === null ? createLookUps(createStateDirectory(view), Date.now) : null;
  return { knownNumber: view.peek, lookUps };
}

function openFollower(fixed: StoreSettings, options: WatchOptions) {
  const { kind, parts, log } = options;
  const reader = openReader(options, kind);
  parts.defer(reader.close);
  const closing = new AbortController();
  const topics = topicsOfFamily(fixed, 'phone-number-state');
  const { view, ended } = followState({ read: reader.read, topics, signal: closing.signal, log });
  parts.defer(() => {
    closing.abort();
    return ended;
  });
  return view;
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
  const byTopic = Map.groupBy(appOf, ([, app]) => topicName(namingOf(app, settings), 'phone-number-state'));
  return [...byTopic].map(([stateTopic, accounts]) => ({ stateTopic, appOf: new Map(accounts) }));
}

/** One for each state topic. */
function openLeader(watched: Watched, numbers: OpenLookUps, options: WatchOptions): void {
  const { kind, store, parts, log } = options;
  const reader = openStateReader(options);
  parts.defer(reader.close);
  const leader = toLeaderOptions(watched, numbers, reader.read, options);
  const onLease = (lease: Lease) => keepStateDuring(lease, leader, store.readiness, log);
  if (kind.elect !== null) {
    const groupId = `hubcast-numbers.${watched.stateTopic}`;
    const joining = kind.elect(options, { groupId, sessionTimeoutMs: SESSION_TIMEOUT_MS, onLease });
    parts.defer(async () => (await joining).close());
    return;
  }
  const closing = new AbortController();
  const alone = onLease(soleLease(closing.signal));
  parts.defer(() => {
    closing.abort();
    return alone;
  });
}

function openStateReader(options: WatchOptions) {
  const { kind, settings } = options;
  if (kind.read !== null) return kind.read(options);
  throw new HubcastError(
    'configuration_invalid',
    `An access token is set, so the phone numbers are watched; but their state cannot be read back, as the store (${kind.describe(settings())}) can only be written. Leave phone-number-state out of PUBLISH_FAMILIES, or use Kafka or the journal.`,
  );
}

function toLeaderOptions(
  { stateTopic, appOf }: Watched,
  { directory, readsLately }: OpenLookUps,
  read: LeaderOptions['read'],
  { settings, kind, store, log }: WatchOptions,
): LeaderOptions {
  const fixed = settings();
  const [firstApp] = [...appOf.values()] as [MetaApp];
  const families = new Map(
    [...new Set(appOf.values())].flatMap((app) =>
      FAMILY_NAMES.map((family) => [topicName(namingOf(app, fixed), family), family] as const),
    ),
  );
  const keptMs = kind.lastRecordKeptMs(fixed);
  return {
    accountIds: [...appOf.keys()],
    intervalMs: fixed.PHONE_NUMBERS_WATCH_SECONDS * 1000,
    rewriteAfterMs: keptMs === null ? null : keptMs / 2,
    shared: kind.elect !== null,
    readsLately,
    readList: directory.readList,
    lastList: directory.lastList,
    onEvent({ topic, key }) {
      const family = families.get(topic);
      if (family !== undefined) directory.countEvents([{ family, key }]);
    },
    read,
    append: store.append,
    stateTopic,
    eventTopics: [...families].flatMap(([topic, family]) => (EVENT_FAMILIES.has(family) ? [topic] : [])),
    recordOptions(accountId) {
      // The state may hold accounts of earlier settings.
      const app = appOf.get(accountId) ?? firstApp;
      return { naming: namingOf(app, fixed), app: app.name, nowMs: Date.now(), deliveryId: randomUUID() };
    },
    now: Date.now,
    log,
  };
}
