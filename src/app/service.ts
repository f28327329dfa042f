/** The composition: settings in, a running service out. */
import type { WorkerPool } from '../cluster/worker-pool.ts';
import { isLoopback } from '../config/conflicts.ts';
import { appsOf } from '../config/meta-apps.ts';
import type { Environment } from '../config/read-settings.ts';
import { createScrubber } from '../config/secret-texts.ts';
import type { Settings } from '../config/settings.ts';
import { createConsole } from '../console/console.ts';
import type { Logger } from '../core/log.ts';
import { PACKAGE } from '../core/package-info.ts';
import { createSelfCheck } from '../doctor/self-check.ts';
import type { StoredEvents } from '../event-queries/event-queries.ts';
import { openSchemas } from '../events/schema-files.ts';
import { createInternalApp } from '../http/internal/internal-app.ts';
import { parseInPieces } from '../http/internal/parse-in-pieces.ts';
import { certificateExpiresMs } from '../http/server/certificate.ts';
import type { Listener } from '../http/server/listener.ts';
import { storeOf } from '../stores/select.ts';
import type { StoreKind } from '../stores/store-kind.ts';
import { warnOfUnforwardedEvents } from '../stores/unforwarded-events.ts';
import { watchEventLoop } from '../telemetry/event-loop.ts';
import { latestOf } from '../telemetry/failed-deliveries.ts';
import { DURABLE_SECONDS } from '../telemetry/metrics/delivery-counts.ts';
import { createServiceMetrics } from '../telemetry/metrics/service-metrics.ts';
import { sumDeliveries } from '../telemetry/metrics/sum-deliveries.ts';
import { openEvents } from './event-queries.ts';
import { listenOn } from './listen.ts';
import { openLookUps } from './look-ups.ts';
import { openManagement } from './management.ts';
import { createReadiness, untilReady } from './readiness.ts';
import { openReceiver, openReceiverLoad } from './receiver.ts';
import { createShutdown, type Shutdown } from './shutdown.ts';
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

/** How often stale accounts are looked for; each is read once a minute at most. */
const NUMBERS_REFRESH_INTERVAL_MS = 10_000;

/**
 * @param settings asked again where a value can change while the service runs
 * @throws HubcastError when an address is taken or the data folder cannot be used; then everything is closed again
 */
export async function startService(
  settings: () => Settings,
  log: Logger,
  options: ServiceOptions = {},
): Promise<Service> {
  const { SHUTDOWN_DELAY_MS: delayMs, SHUTDOWN_TIMEOUT_MS: timeoutMs } = settings();
  const shutdown = createShutdown({ delayMs, timeoutMs, log });
  try {
    return await compose(settings, log, options, shutdown);
  } catch (error) {
    await shutdown.abandon();
    throw error;
  }
}

async function compose(
  settings: () => Settings,
  log: Logger,
  { kind = storeOf(settings()), env = process.env }: ServiceOptions,
  { parts, addListener, isStopping, stop }: Shutdown,
): Promise<Service> {
  const fixed = settings();
  const metrics = createServiceMetrics();
  const eventLoop = watchEventLoop();
  parts.defer(eventLoop.close);
  const store = await kind.open({ settings, log }, metrics.storeMeter);
  parts.defer(store.close);
  if (!kind.ownsJournal) warnOfUnforwardedEvents(fixed.DATA_DIR, log);

  const numbers = openLookUps(settings, log, metrics.noteGraphCall);
  const watch = openWatch({ settings, kind, store, numbers, parts, log });
  const known = { knownNumber: watch.knownNumber, onStored: numbers?.directory.countEvents };
  const events = openEvents({ settings, kind, append: store.append, ...known, log });

  let state: 'starting' | 'running' = 'starting';
  let pool: WorkerPool | undefined;
  const workers = workerCount(fixed);
  const load = openReceiverLoad(fixed, store, log);
  const readiness = metrics.watchReadiness(
    createReadiness({
      store,
      workers: () => pool?.readiness,
      notReady: () =>
        isStopping() ? 'The service is stopping.' : state === 'starting' ? 'It is starting.' : undefined,
      warnings: () => [...(numbers?.problems() ?? []), ...eventLoop.warnings(), ...load.warnings()],
      scrub: createScrubber(settings, process.env),
    }),
  );
  const page = createConsole({
    deliveries: () => (pool === undefined ? metrics.deliveries : sumDeliveries(pool.lastMetrics(), DURABLE_SECONDS)),
    version: PACKAGE.version,
    store: kind.describe(fixed),
    hasTokens: () => (settings().API_TOKENS ?? []).length > 0,
  });
  parts.defer(page.close);

  const internal = await listenOn('internal', fixed, {
    handle: createInternalApp({
      ...toInternalOptions(settings, log),
      readiness,
      lookUps: numbers?.lookUps ?? watch.lookUps,
      management: openManagement(fixed, { numbers, append: store.append, log }),
      events,
      failedDeliveries: async () =>
        pool === undefined ? metrics.failedDeliveries.latest() : latestOf(await pool.failedDeliveries()),
      console: page,
      metrics: metrics.expose({
        version: PACKAGE.version,
        role: fixed.ROLES.join(),
        readiness,
        load: workers === 1 ? load : null,
        graph: numbers?.metrics ?? null,
        ofWorkers: workers === 1 ? null : async () => (await pool?.metrics()) ?? [],
        lag: store.lag,
        certificateExpiresMs: () => {
          const { TLS_CERT: cert } = settings();
          return cert === undefined ? null : certificateExpiresMs(cert);
        },
      }),
    }),
    onConnection: parseInPieces,
  });
  addListener({ destroy: internal.destroy, stop: () => endStreams(events, internal) });

  // Stops before the internal listener: a balancer whose probes get no answer would call the process dead.
  let receiver: Listener | undefined;
  if (fixed.ROLES.includes('receive')) {
    if (workers > 1) pool = await openWorkers(fixed, { env, onPublished: known.onStored, log });
    receiver = pool ?? (await openReceiver({ settings, store, metrics, load, ...known, log }));
    addListener(receiver);
  }
  if (numbers !== null) parts.defer(refreshRegularly(numbers.directory.refresh));
  state = 'running';
  return {
    publicUrl: receiver?.url ?? null,
    internalUrl: internal.url,
    ready: untilReady(readiness, isStopping, log),
    stop,
  };
}

/** What the settings alone say of the internal listener. */
function toInternalOptions(settings: () => Settings, log: Logger) {
  const { INTERNAL_HOST, MAX_BODY_BYTES: maxBodyBytes } = settings();
  return {
    tokens: () => settings().API_TOKENS ?? [],
    loopback: isLoopback(INTERNAL_HOST),
    accountsOf: (name: string) => appsOf(settings()).find((app) => app.name === name)?.accounts ?? [],
    schemas: openSchemas(),
    maxBodyBytes,
    checks: createSelfCheck(settings, log),
    log,
  };
}

/** Streams of events would keep the listener open. */
function endStreams(events: StoredEvents, listener: Listener): Promise<void> {
  events.close();
  return listener.stop();
}

/** @returns what ends it */
function refreshRegularly(refresh: () => Promise<unknown>): () => void {
  const timer = setInterval(() => void refresh(), NUMBERS_REFRESH_INTERVAL_MS);
  void refresh();
  return () => clearInterval(timer);
}
