import { type DeliveryCounts, OUTCOMES, type Outcome } from './delivery-counts.ts';
import { type MetricState, mergeMetrics } from './exposition.ts';
import type { Histogram } from './histogram.ts';
import type { MetricName } from './metric-rows.ts';

/** Counters of deliveries, of one process or several. */
export type DeliveryTotals = Pick<DeliveryCounts, 'events' | 'outcomes' | 'timeToDurable'>;

/** Adds up the workers' counters. */
export function sumDeliveries(states: readonly (readonly MetricState[])[], bounds: readonly number[]): DeliveryTotals {
  const merged = mergeMetrics(states);
  const valuesOf = (name: MetricName) => merged.find((metric) => metric.name === name)?.values ?? [];
  const outcomes = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  for (const { value, labels } of valuesOf('hubcast_requests_total')) outcomes[labels.outcome as Outcome] = value;
  const durable = valuesOf('hubcast_time_to_durable_seconds');
  return {
    outcomes,
    events: new Map(
      valuesOf('hubcast_events_total').map(({ value, labels }) => [String(labels.type), { count: value }]),
    ),
    timeToDurable: toHistogram(durable, bounds),
  };
}

/** Buckets are cumulative in the format and not in a histogram. */
function toHistogram(values: MetricState['values'], bounds: readonly number[]): Histogram {
  const upTo = new Map(values.map(({ labels, value }) => [String(labels.le), value]));
  const sum = values.find(({ metricName }) => metricName?.endsWith('_sum'))?.value ?? 0;
  let before = 0;
  const counts = [...bounds, '+Inf'].map((bound) => {
    const total = upTo.get(String(bound)) ?? 0;
    const here = total - before;
    before = total;
    return here;
  });
  return { bounds, counts: Float64Array.from(counts), sum };
}
