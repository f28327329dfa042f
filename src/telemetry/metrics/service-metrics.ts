/** The metrics of one process: what is counted on the path of a webhook, and the text of /metrics made from it. */
import type { ErrorCode } from '../../core/errors.ts';
import { createSingleFlight } from '../../core/single-flight.ts';
import type { Readiness, SpoolLag, StoreMeter } from '../../stores/store.ts';
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
  /** Remembers how an answer of /ready turns out: a scrape must not wait for a broker that is away. */
  readonly watchReadiness: (ask: () => Promise<Readiness>) => () => Promise<Readiness>;
  readonly expose: (sources: ExposedSources) => () => Promise<Exposition>;
  /** The same as figures, for the process that is scraped. */
  readonly tell: (sources: Pick<ExposedSources, 'version' | 'role' | 'load'>) => Exposer['states'];
}

export interface ExposedSources {
  readonly version: string;
  /** ROLES, between commas. */
  readonly role: string;
  readonly readiness: () => Promise<Readiness>;
  /** Null where there are workers: the load is theirs. */
  readonly load: LoadSource | null;
  /** Null where this service has no access to Graph. */
  readonly graph: GraphSource | null;
  /** What workers counted; null where there are none. */
  readonly ofWorkers: (() => Promise<readonly (readonly MetricState[])[]>) | null;
  readonly lag: (() => Promise<SpoolLag>) | undefined;
}

export function createServiceMetrics(): ServiceMetrics {
  const deliveries = createDeliveryCounts();
  const store = createStoreCounts();
  const graphCalls = createGraphCounts();
  let ready = false;

  return {
    deliveries,
    failedDeliveries: createFailedDeliveries(),
    storeMeter: store.meter,
    noteGraphCall: graphCalls.noteCall,
    watchReadiness: (ask) => async () => {
      const state = await ask();
      ready = state.ready;
      return state;
    },
    expose({ version, role, readiness, load, graph, lag, ofWorkers }) {
      const spool = lag === undefined ? NO_SPOOL : createLast(lag);
      const sources = { version, role, deliveries, store, graphCalls, graph, load };
      const { text } = createExposition(metricReaders({ ...sources, ready: () => ready, spool: spool.known }));
      return async () => {
        // For the next scrape, where nobody else asks.
        readiness().catch(() => undefined);
        spool.ask();
        return text(await ofWorkers?.());
      };
    },
    tell(sources) {
      // The phone numbers are the first process's, and a spool has no workers.
      const others = { graph: null, spool: NO_SPOOL.known };
      return createExposition(
        metricReaders({ ...sources, ...others, deliveries, store, graphCalls, ready: () => ready }),
      ).states;
    },
  };
}

const NO_SPOOL = { known: () => undefined, ask: () => undefined };

/** The last answer to a question that may take long; it is not asked again before it is answered. */
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
