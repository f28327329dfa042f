/**
 * The metrics in Prometheus' text format. prom-client writes the text and measures the process; our own numbers are
 * passed to it at each scrape, because counting through its labels would cost a hash for each event.
 */
import { AggregatorRegistry, collectDefaultMetrics, type Metric, Registry } from 'prom-client';
import type { Histogram } from './histogram.ts';
import { METRICS, type MetricName, type MetricRow } from './metric-rows.ts';
import type { MetricReaders, Reading } from './read-metrics.ts';

export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

/** CPU, memory, garbage collection and the event loop are the process's, however many services run in it. */
let processRegistry: Registry | undefined;

function processMetrics(): Registry {
  if (processRegistry === undefined) {
    processRegistry = new Registry();
    collectDefaultMetrics({ register: processRegistry });
  }
  return processRegistry;
}

/** One metric of one process, as a worker sends it to the scraped process. */
export interface MetricState {
  readonly name: string;
  readonly type: MetricRow['type'];
  readonly values: readonly MetricValue[];
}

interface MetricValue {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
  /** Of a histogram: which of its series. */
  readonly metricName?: string;
}

export interface Exposer {
  /** @param others metrics of the workers, merged into the result */
  readonly text: (others?: readonly (readonly MetricState[])[]) => Promise<Exposition>;
  readonly states: () => Promise<readonly MetricState[]>;
}

export function createExposition(readers: MetricReaders): Exposer {
  const registry = new Registry();
  for (const [name, read] of Object.entries(readers)) register(registry, name as MetricName, read);
  const ofProcess = processMetrics();
  const states = async () =>
    [...(await registry.getMetricsAsJSON()), ...(await ofProcess.getMetricsAsJSON())] as unknown as MetricState[];
  return {
    states,
    async text(others) {
      const { contentType } = registry;
      if (others === undefined) {
        return { contentType, text: `${await registry.metrics()}\n${await ofProcess.metrics()}` };
      }
      return { contentType, text: await aggregate([await states(), ...others]).metrics() };
    },
  };
}

/** Merges the metrics of several processes. */
export function mergeMetrics(states: readonly (readonly MetricState[])[]): readonly MetricState[] {
  return aggregate(states).getMetricsAsArray() as unknown as MetricState[];
}

function aggregate(states: readonly (readonly MetricState[])[]): Registry {
  const named = states.map((metrics) =>
    // prom-client omits it. The first process is the scraped one, and lives as long as the service.
    metrics.map((metric) =>
      metric.name === 'process_start_time_seconds' ? { ...metric, aggregator: 'first' } : metric,
    ),
  );
  return AggregatorRegistry.aggregate(named as unknown as object[]);
}

function register(registry: Registry, name: MetricName, read: () => Reading | Promise<Reading>): void {
  const { about, type, ofWorkers } = METRICS[name];
  const get = async () => {
    const reading = await read();
    const values =
      'bounds' in reading
        ? bucketsOf(name, reading)
        : [...reading].map(({ value, labels = {} }) => ({ value, labels }));
    return { name, help: about, type, aggregator: ofWorkers, values };
  };
  // The registry asks a metric for its name and for this, and its type describes its own classes alone.
  registry.registerMetric({ name, get } as unknown as Metric);
}

/** Cumulative buckets, as the format requires: https://prometheus.io/docs/instrumenting/exposition_formats/ */
function bucketsOf(name: MetricName, { bounds, counts, sum }: Histogram) {
  let total = 0;
  const buckets = [...bounds, '+Inf'].map((le, place) => {
    total += counts[place] as number;
    return { metricName: `${name}_bucket`, labels: { le }, value: total };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels: {}, value: sum },
    { metricName: `${name}_count`, labels: {}, value: total },
  ];
}
