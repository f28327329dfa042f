/** Converts the counters to the samples of each metric. Runs only at a scrape. */

import type { FileUse, SpoolLag } from '../../stores/store.ts';
import type { ShedCounts } from '../load-shedding.ts';
import { OTHER } from './capped-counts.ts';
import { accountOfSource, type DeliveryCounts } from './delivery-counts.ts';
import type { GraphCounts } from './graph-counts.ts';
import type { Histogram } from './histogram.ts';
import type { MetricName } from './metric-rows.ts';
import type { NumberCounts } from './number-counts.ts';
import type { StoreCounts } from './store-counts.ts';

/** Values from Graph; undefined if this service has no access to it. */
export interface GraphSource {
  readonly accountIds: readonly string[];
  /** Used percentage of an account's calls; null if unknown. */
  readonly percentUsed: (accountId: string) => number | null;
  /** Of each Meta app; `expiresMs` on the wall clock, null when unknown or never. */
  readonly tokens: () => readonly {
    readonly app: string;
    readonly refused: boolean;
    readonly expiresMs: number | null;
  }[];
  readonly numbers: () => Promise<NumberCounts>;
}

/** The current load of the public listener, its limits, and its rejections since the start. */
export interface LoadSource {
  readonly bytes: () => number;
  readonly maxBytes: number;
  readonly requests: () => number;
  readonly maxRequests: number;
  readonly unfinishedBodies: () => number;
  readonly connections: () => number;
  readonly maxConnections: number;
  readonly shed: ShedCounts;
}

export interface MetricSources {
  readonly version: string;
  /** ROLES, between commas. */
  readonly role: string;
  readonly deliveries: DeliveryCounts;
  readonly store: StoreCounts;
  readonly graphCalls: GraphCounts;
  readonly graph: GraphSource | null;
  /** Null if the public listener runs in other processes. */
  readonly load: LoadSource | null;
  readonly ready: () => boolean;
  /** Undefined without a spool, or before its first reading. */
  readonly spool: () => SpoolLag | undefined;
  /** Undefined without a journal, or before the first look at it. */
  readonly journal: () => FileUse | undefined;
  /** Of the public listener, on the wall clock; null where a proxy ends TLS. */
  readonly certificateExpiresMs: () => number | null;
}

export interface MetricSample {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}

export type Reading = Iterable<MetricSample> | Histogram;
export type MetricReaders = Readonly<Record<MetricName, () => Reading | Promise<Reading>>>;

const MAX_ACCOUNTS = 1_000;

export function metricReaders(sources: MetricSources): MetricReaders {
  const { deliveries, store, graph } = sources;
  // Three metrics share one count of the numbers, made by the first of them in the order below.
  let numberCounts: Promise<NumberCounts | null> = Promise.resolve(null);
  const ofSpool = (value: (lag: SpoolLag) => number) => {
    const lag = sources.spool();
    return lag === undefined ? [] : one(value(lag));
  };
  const ofJournal = (value: (use: FileUse) => number) => {
    const use = sources.journal();
    return use === undefined ? [] : one(value(use));
  };
  const ofLoad = (value: (load: LoadSource) => number) => (sources.load === null ? [] : one(value(sources.load)));
  return {
    hubcast_build_info: () => one(1, { version: sources.version, node: process.version, role: sources.role }),
    hubcast_ready: () => one(Number(sources.ready()), { role: sources.role }),
    hubcast_requests_total: () =>
      Object.entries(deliveries.outcomes).map(([outcome, value]) => ({ value, labels: { outcome } })),
    hubcast_received_bytes_total: () => one(deliveries.receivedBytes()),
    hubcast_time_to_durable_seconds: () => deliveries.timeToDurable,
    hubcast_event_age_seconds: () => deliveries.eventAge,
    hubcast_events_total: () => [...deliveries.events].map(([type, { count }]) => ({ value: count, labels: { type } })),
    hubcast_unknown_events_total: () => byField(deliveries.unknownFields.entries()),
    hubcast_dead_letters_total: () => byField(deliveries.deadLetterFields.entries()),
    hubcast_refused_records_total: () => one(store.refused()),
    hubcast_dropped_events_total: () => one(deliveries.dropped()),
    hubcast_foreign_events_total: () => one(deliveries.foreign()),
    hubcast_repeated_events_total: () => one(store.repeated()),
    hubcast_last_webhook_timestamp_seconds: () =>
      [...deliveries.accounts].map(([source, { lastMs }]) => ({
        value: lastMs / 1000,
        labels: { account: accountOfSource(source) },
      })),
    hubcast_in_flight_bytes: () => ofLoad(({ bytes }) => bytes()),
    hubcast_in_flight_limit_bytes: () => ofLoad(({ maxBytes }) => maxBytes),
    hubcast_in_flight_requests: () => ofLoad(({ requests }) => requests()),
    hubcast_in_flight_requests_limit: () => ofLoad(({ maxRequests }) => maxRequests),
    hubcast_unfinished_bodies: () => ofLoad(({ unfinishedBodies }) => unfinishedBodies()),
    hubcast_connections: () => ofLoad(({ connections }) => connections()),
    hubcast_connections_limit: () => ofLoad(({ maxConnections }) => maxConnections),
    hubcast_shed_total: () =>
      Object.entries(sources.load?.shed ?? {}).map(([kind, value]) => ({ value, labels: { kind } })),
    hubcast_in_flight_records: () => one(store.recordsUnderWay()),
    hubcast_write_records: () => store.writeRecords,
    hubcast_write_seconds: () => store.writeSeconds,
    hubcast_write_failures_total: () => [...store.failures].map(([code, value]) => ({ value, labels: { code } })),
    hubcast_journal_bytes: () => ofJournal(({ bytes }) => bytes),
    hubcast_journal_limit_bytes: () => ofJournal(({ maxBytes }) => maxBytes),
    hubcast_tls_certificate_expiry_timestamp_seconds: () => {
      const expiresMs = sources.certificateExpiresMs();
      return expiresMs === null ? [] : one(expiresMs / 1000);
    },
    hubcast_spool_records: () => ofSpool(({ records }) => records),
    hubcast_spool_bytes: () => ofSpool(({ bytes }) => bytes),
    hubcast_spool_limit_bytes: () => ofSpool(({ maxBytes }) => maxBytes),
    hubcast_spool_oldest_seconds: () => ofSpool(({ ageMs }) => (ageMs ?? 0) / 1000),
    hubcast_spool_parked: () => ofSpool(({ parked }) => parked),
    hubcast_graph_calls_total: () =>
      [...sources.graphCalls.calls.values()].map(({ method, outcome, count }) => ({
        value: count,
        labels: { method, outcome },
      })),
    hubcast_graph_budget_left_ratio: () =>
      (graph?.accountIds ?? []).slice(0, MAX_ACCOUNTS).flatMap((account) => {
        const percent = graph?.percentUsed(account) ?? null;
        return percent === null ? [] : [{ value: Math.max(0, 1 - percent / 100), labels: { account } }];
      }),
    hubcast_graph_token_valid: () =>
      (graph?.tokens() ?? []).map(({ app, refused }) => ({ value: Number(!refused), labels: { app } })),
    hubcast_graph_token_expiry_timestamp_seconds: () =>
      (graph?.tokens() ?? []).flatMap(({ app, expiresMs }) =>
        expiresMs === null ? [] : [{ value: expiresMs / 1000, labels: { app } }],
      ),
    async hubcast_phone_numbers() {
      numberCounts = graph?.numbers() ?? numberCounts;
      const { byHealth } = (await numberCounts) ?? NO_NUMBERS;
      return [...byHealth.values()].map(({ quality, state, count }) => ({ value: count, labels: { quality, state } }));
    },
    async hubcast_phone_number_names() {
      const { byNameStatus } = (await numberCounts) ?? NO_NUMBERS;
      return [...byNameStatus].map(([status, value]) => ({ value, labels: { name_status: status } }));
    },
    async hubcast_phone_number_trouble() {
      const { troubles } = (await numberCounts) ?? NO_NUMBERS;
      return troubles.map(({ account, id, quality, state, nameStatus, newNameStatus }) => ({
        value: 1,
        labels: {
          account: account || OTHER,
          phone_number_id: id,
          quality,
          state,
          name_status: newNameStatus === 'DECLINED' ? newNameStatus : (nameStatus ?? ''),
        },
      }));
    },
  };
}

const NO_NUMBERS: NumberCounts = { byHealth: new Map(), byNameStatus: new Map(), troubles: [] };

function one(value: number, labels?: Readonly<Record<string, string>>): readonly MetricSample[] {
  return [labels === undefined ? { value } : { value, labels }];
}

function byField(counts: Iterable<readonly [string, number]>): readonly MetricSample[] {
  return [...counts].map(([field, value]) => ({ value, labels: { field } }));
}
