/**
 * What is counted, as Prometheus reads it. prom-client writes the text and measures the process; our own numbers are
 * handed to it when somebody scrapes, because counting through its labels would cost a hash for each event.
 */
import { collectDefaultMetrics, type Metric, Registry } from 'prom-client';
import { METRICS, type MetricName } from './metric-rows.ts';
import type { MetricReaders, Reading } from './read-metrics.ts';
import type { Tally } from './tally.ts';

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

export function createExposition(readers: MetricReaders): () => Promise<Exposition> {
  const registry = new Registry();
  for (const [name, read] of Object.entries(readers)) register(registry, name as MetricName, read);
  const ofProcess = processMetrics();
  return async () => ({
    contentType: registry.contentType,
    text: `${await registry.metrics()}\n${await ofProcess.metrics()}`,
  });
}

function register(registry: Registry, name: MetricName, read: () => Reading | Promise<Reading>): void {
  const { about, type } = METRICS[name];
  const get = async () => {
    const reading = await read();
    return { name, help: about, type, values: 'bounds' in reading ? bucketsOf(name, reading) : [...reading] };
  };
  // The registry asks a metric for its name and for this, and its type describes its own classes alone.
  registry.registerMetric({ name, get } as unknown as Metric);
}

/** Cumulative, as the format wants them: https://prometheus.io/docs/instrumenting/exposition_formats/ */
function bucketsOf(name: MetricName, { bounds, counts, sum }: Tally) {
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
