/** The wiring: settings in, a running service out. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkerPool } from '../cluster/worker-pool.ts';
import { isLoopback } from '../config/conflicts.ts';
import { appsOf } from '../config/meta-apps.ts';
import type { Environment } from '../config/read-settings.ts';
import { createScrubber } from '../config/secret-texts.ts';
import type { Settings } from '../config/settings.ts';
import { messageOf } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import { PACKAGE } from '../core/package-info.ts';
import { openSchemas } from '../events/schema-files.ts';
import { createInternalApp } from '../http/internal/internal-app.ts';
import { parseInPieces } from '../http/internal/parse-in-pieces.ts';
import type { Listener } from '../http/server/listener.ts';
import { storeOf } from '../stores/select.ts';
import type { Readiness } from '../stores/store.ts';
import type { StoreKind } from '../stores/store-kind.ts';
import { warnOfUnforwardedEvents } from '../stores/unforwarded-events.ts';
import { watchEventLoop } from '../telemetry/event-loop.ts';
import { latestOf } from '../telemetry/failed-deliveries.ts';
import { DURABLE_SECONDS } from '../telemetry/metrics/delivery-counts.ts';
import { sumDeliveries } from '../telemetry/metrics/sum-deliveries.ts';
import { openChecks } from './checks.ts';
import { openConsole } from './console.ts';
import { openEvents } from './event-queries.ts';
import { listenOn } from './listen.ts';
import { openLookUps } from './look-ups.ts';
import { openManagement } from './management.ts';
import { openMetrics } from './metrics.ts';
import { openReceiver, openReceiverLoad } from './receiver.ts';
import { openWatch } from './watch.ts';
import { openWorkers, workerCount } from './workers.ts';

export interface Service {
  /** URLs with the ports that were really taken; `publicUrl` is null where `receive` is not among the roles. */
  readonly publicUrl: string | null;
  readonly internalUrl: string;
  /** Resolves when the store can take a write for the first time. */
  readonly ready: Promise<void>;
  /** Unready at once, then no new connections, requests under way finish, the store is closed. Idempotent. */
  readonly stop: () => Promise<void>;
}

export interface ServiceOptions {
  /** Another store than the settings mean; there are no workers with it. */
  readonly kind?: StoreKind;
  /** What the settings were read from: workers read it again. */
  readonly env?: Environment;
}

const READY_CHECK_INTERVAL_MS = 250;
/** How often it is looked at whether accounts have to be read again; each is read once a minute at most. */
const NUMBERS_REFRESH_INTERVAL_MS = 10_000;

/**
 * @param settings asked again where a value can change while the service runs
 * @throws HubcastError when an address is taken or the data folder cannot be used
 */
export async function startService(
  settings: () => Settings,
  log: Logger,
  { kind = storeOf(settings()), env = process.env }: ServiceOptions = {},
): Promise<Service> {
  const fixed = settings();
  const workers = workerCount(fixed);
  const metrics = openMetrics();
  const store = await kind.open({ settings, log }, metrics.storeMeter);
  if (!kind.ownsJournal) warnOfUnforwardedEvents(fixed.DATA_DIR, log);
  const numbers = openLookUps(settings, log, metrics.noteGraphCall);
  const eventLoop = watchEventLoop();
  const watch = openWatch(settings, { kind, store, numbers, log });
  let stopping: Promise<void> | undefined;

  const known = {
    ...(watch.knownNumber === null ? {} : { knownNumber: watch.knownNumber }),
    ...(numbers === null ? {} : { onStored: numbers.directory.countEvents }),
  };
  const events = openEvents(settings, log, { kind, append: store.append, ...known });
  const scrub = createScrubber(settings, process.env);
  const readiness = metrics.watchReadiness(async () => scrubbed(await lookAtReadiness(), scrub));
  const lookAtReadiness = async (): Promise<Readiness> => {
    if (stopping !== undefined) return { ready: false, reason: 'The service is stopping.' };
    const state = await bothReady(await store.readiness(), pool);
    const problems = [...(numbers?.problems() ?? []), ...eventLoop.warnings(), ...load.warnings()];
    // Look-ups do not decide: webhooks are taken without Graph.
    return state.ready ? { ...state, warnings: [...(state.warnings ?? []), ...problems] } : state;
  };
  const load = openReceiverLoad(fixed, store, log);
  let pool: WorkerPool | undefined;
  const page = openConsole({
    deliveries: () => (pool === undefined ? metrics.deliveries : sumDeliveries(pool.lastMetrics(), DURABLE_SECONDS)),
    version: PACKAGE.version,
    store: kind.describe(fixed),
  });

  const listeners: Listener[] = [];
  let publicListener: Listener | undefined;
  let internalListener: Listener;
  try {
    const internalApp = createInternalApp({
      readiness,
      tokens: () => settings().API_TOKENS ?? [],
      loopback: isLoopback(fixed.INTERNAL_HOST),
      lookUps: numbers?.lookUps ?? watch.lookUps,
      accountsOf: (name) => appsOf(settings()).find((app) => app.name === name)?.accounts ?? [],
      management: openManagement(fixed, { numbers, append: store.append, log }),
      events,
      failedDeliveries: async () =>
        pool === undefined ? metrics.failedDeliveries.latest() : latestOf(await pool.failedDeliveries()),
      schemas: openSchemas(),
      maxBodyBytes: fixed.MAX_BODY_BYTES,
      console: page,
      checks: openChecks(settings, log),
      metrics: metrics.expose({
        version: PACKAGE.version,
        role: fixed.ROLES.join(),
        readiness,
        load: workers === 1 ? load : null,
        numbers,
        ofWorkers: workers === 1 ? null : async () => (await pool?.metrics()) ?? [],
        lag: store.lag,
      }),
      log,
    });
    if (fixed.ROLES.includes('receive')) {
      if (workers === 1) publicListener = await openReceiver(settings, { store, metrics, load, ...known, log });
      else {
        const onPublished = numbers?.directory.countEvents ?? (() => undefined);
        pool = await openWorkers(fixed, { env, onPublished, log });
        publicListener = pool;
      }
      listeners.push(publicListener);
    }
    internalListener = await listenOn('internal', fixed, { handle: internalApp, onConnection: parseInPieces });
    listeners.push(internalListener);
  } catch (error) {
    for (const listener of listeners) {
      listener.destroy();
      await listener.stop();
    }
    await watch.close();
    await store.close();
    eventLoop.close();
    throw error;
  }
  const refresh = () => void numbers?.directory.refresh();
  const refreshing = numbers === null ? undefined : setInterval(refresh, NUMBERS_REFRESH_INTERVAL_MS);
  refresh();

  async function stop(): Promise<void> {
    log.info('stopping: no longer ready');
    clearInterval(refreshing);
    page.close();
    await sleep(fixed.SHUTDOWN_DELAY_MS);
    const cut = setTimeout(() => {
      log.warn(`requests under way were cut after SHUTDOWN_TIMEOUT_MS (${fixed.SHUTDOWN_TIMEOUT_MS})`);
      for (const listener of listeners) listener.destroy();
    }, fixed.SHUTDOWN_TIMEOUT_MS);
    await publicListener?.stop();
    events.close();
    // The probes answer until the end: a balancer that hears nothing would call the process dead.
    await internalListener.stop();
    clearTimeout(cut);
    await watch.close();
    await store.close();
    eventLoop.close();
    log.info('stopped');
  }

  return {
    publicUrl: publicListener?.url ?? null,
    internalUrl: internalListener.url,
    ready: untilReady(readiness, () => stopping !== undefined, log),
    stop() {
      stopping ??= stop();
      return stopping;
    },
  };
}

/** This process writes too: audits, replays, the state of the numbers. */
async function bothReady(own: Readiness, pool: WorkerPool | undefined): Promise<Readiness> {
  if (!own.ready || pool === undefined) return own;
  const theirs = await pool.readiness();
  if (!theirs.ready) return theirs;
  return { ...own, warnings: [...new Set([...(own.warnings ?? []), ...(theirs.warnings ?? [])])] };
}

/** What a broker or an endpoint said may hold what was sent to it. */
function scrubbed(state: Readiness, scrub: (text: string) => string): Readiness {
  return state.ready
    ? { ...state, warnings: (state.warnings ?? []).map(scrub) }
    : { ready: false, reason: scrub(state.reason) };
}

async function untilReady(readiness: () => Promise<Readiness>, stopped: () => boolean, log: Logger): Promise<void> {
  let said = '';
  while (!stopped()) {
    const state = await readiness().catch((error): Readiness => ({ ready: false, reason: messageOf(error) }));
    if (state.ready) {
      for (const warning of state.warnings ?? []) log.warn(warning);
      return;
    }
    if (state.reason !== said) log.warn({ reason: state.reason }, 'not ready yet');
    said = state.reason;
    await sleep(READY_CHECK_INTERVAL_MS);
  }
}
