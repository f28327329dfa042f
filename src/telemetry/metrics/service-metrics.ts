/** The metrics of one process: the counters on the path of a webhook, and the text of /metrics made from them. */
import type { ErrorCode } from '../../core/errors.ts';
import { createSingleFlight } from '../../core/single-flight.ts';
import type { FileUse, Readiness, SpoolLag, StoreMeter } from '../../stores/store.ts';
import { createFailedDeliveries, type FailedDeliveries } from '../failed-deliveries.ts';
import { createDeliveryCounts, type DeliveryCounts } from './delivery-counts.ts';
import { createExposition, type Exposer, type Exposition, type MetricState } from './exposition.ts';
import { createGraphCounts } from './graph-counts.ts';
import { type GraphSource, type LoadSource, metricReaders } from './read-metrics.ts';
import { createStoreCounts } from './store-counts.ts';

export interface ServiceMetrics {
  readonly deliveries: DeliveryCounts;
  readonly failedDeliveries: FailedDeliveries;
  readonly storeMeter: StoreMeter;
  readonly noteGraphCall: (method: 'GET' | 'POST', failure: ErrorCode | null) => void;
  /** Caches the answer of /ready, because a scrape must not wait for an unreachable broker. */
  readonly watchReadiness: (ask: () => Promise<Readiness>) => () => Promise<Readiness>;
  readonly expose: (sources: ExposedSources) => () => Promise<Exposition>;
  /** The same metrics as numbers, for the scraped process. */
  readonly tell: (sources: Pick<ExposedSources, 'version' | 'role' | 'load'>) => Exposer['states'];
}

export interface ExposedSources {
  readonly version: string;
  /** ROLES, between commas. */
  readonly role: string;
  readonly readiness: () => Promise<Readiness>;
  /** Null with workers, because they carry the load. */
  readonly load: LoadSource | null;
  /** Null if this service has no access to Graph. */
  readonly graph: GraphSource | null;
  /** The counts of the workers; null without workers. */
  readonly ofWorkers: (() => Promise<readonly (readonly MetricState[])[]>) | null;
  readonly lag: (() => Promise<SpoolLag>) | undefined;
  /** Of the public listener; null where a proxy ends TLS. */
  readonly certificateExpiresMs: () => number | null;
}

export function createServiceMetrics(): ServiceMetrics {
  const deliveries = createDeliveryCounts();
  const store = createStoreCounts();
  const graphCalls = createGraphCounts();
  let ready = false;
  let journal: FileUse | undefined;

  return {
    deliveries,
    failedDeliveries: createFailedDeliveries(),
    storeMeter: store.meter,
    noteGraphCall: graphCalls.noteCall,
    watchReadiness: (ask) => async () => {
      const state = await ask();
      ready = state.ready;
      if (state.ready) journal = state.file;
      return state;
    },
    expose({ version, role, readiness, load, graph, lag, ofWorkers, certificateExpiresMs }) {
      const spool = lag === undefined ? NO_SPOOL : createLast(lag);
      const sources = { version, role, deliveries, store, graphCalls, graph, load, certificateExpiresMs };
      const now = { ready: () => ready, spool: spool.known, journal: () => journal };
      const { text } = createExposition(metricReaders({ ...sources, ...now }));
      return async () => {
        // Updates the cache for the next scrape, in case no probe calls /ready.
        readiness().catch(() => undefined);
        spool.ask();
        return text(await ofWorkers?.());
      };
    },
    tell(sources) {
      // Numbers and certificate are the first process's, and a file has no workers.
      const ofFirst = { graph: null, certificateExpiresMs: () => null };
      const others = { ...ofFirst, spool: NO_SPOOL.known, journal: () => undefined };
      return createExposition(
        metricReaders({ ...sources, ...others, deliveries, store, graphCalls, ready: () => ready }),
      ).states;
    },
  };
}

const NO_SPOOL = { known: () => undefined, ask: () => undefined };

/** Caches the last answer of a slow query; the query never runs twice at the same time. */
function createLast<T>(question: () => Promise<T>): { readonly known: () => T | undefined; readonly ask: () => void } {
  const asking = createSingleFlight<void>();
  let known: T | undefined;
  return {
    known: () => known,
    ask() {
      void asking.run(async () => {
        known = await question().catch(() => known);
      });
    },
  };
}
