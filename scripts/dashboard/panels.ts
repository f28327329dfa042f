/** What the dashboard shows, row by row. Widths are of Grafana's 24 columns; heights of its units of 30 px. */

export interface Query {
  /** PromQL; `$$` stands for the choice of job and instance. */
  readonly expr: string;
  readonly legend?: string;
  /** The value now instead of its course, as a table's row. */
  readonly table?: true;
}

export interface Panel {
  readonly kind: 'stat' | 'timeseries' | 'bars' | 'bargauge' | 'heatmap' | 'table' | 'pie';
  readonly title: string;
  readonly about: string;
  readonly width: number;
  readonly unit?: string;
  readonly queries: readonly Query[];
  /** Values from which it is yellow, and red; downwards where the second is the lower one. */
  readonly thresholds?: readonly [yellow: number, red: number];
  readonly stacked?: true;
  readonly max?: number;
  /** Words for values. */
  readonly words?: Readonly<Record<string, { readonly text: string; readonly color: string }>>;
  /** Colours of series, by their legend. */
  readonly colors?: Readonly<Record<string, string>>;
}

export interface Row {
  readonly title: string;
  readonly height: number;
  readonly panels: readonly Panel[];
}

const quantile = (q: number, metric: string) =>
  `histogram_quantile(${q}, sum by (le) (rate(${metric}_bucket{$$}[$__rate_interval])))`;
const quantiles = (metric: string): readonly Query[] => [
  { expr: quantile(0.5, metric), legend: 'p50' },
  { expr: quantile(0.95, metric), legend: 'p95' },
  { expr: quantile(0.99, metric), legend: 'p99' },
];
const QUANTILE_COLORS = { p50: 'blue', p95: 'purple', p99: 'orange' };
const STATE_COLORS = { ok: 'green', warn: 'yellow', blocked: 'red', setting_up: 'blue', unknown: 'text' };
const QUALITY_COLORS = { GREEN: 'green', YELLOW: 'yellow', RED: 'red', UNKNOWN: 'text', NA: 'text', OTHER: 'purple' };

export const ROWS: readonly Row[] = [
  {
    title: 'At a glance',
    height: 4,
    panels: [
      {
        kind: 'stat',
        title: 'Ready',
        about: 'Replicas that can store events now.',
        width: 3,
        queries: [{ expr: 'min(hubcast_ready{$$})' }],
        words: { '0': { text: 'not all', color: 'red' }, '1': { text: 'all', color: 'green' } },
      },
      {
        kind: 'stat',
        title: 'Events a minute',
        about: 'Events that Meta sent, of all types.',
        width: 3,
        unit: 'short',
        queries: [{ expr: 'sum(rate(hubcast_events_total{$$}[$__rate_interval])) * 60' }],
      },
      {
        kind: 'stat',
        title: 'Median to durable',
        about: 'Meta asks for less than 250 ms.',
        width: 3,
        unit: 's',
        queries: [{ expr: quantile(0.5, 'hubcast_time_to_durable_seconds') }],
        thresholds: [0.1, 0.25],
      },
      {
        kind: 'stat',
        title: 'Above 1 s',
        about: 'Meta asks for less than 1 % of the answers.',
        width: 3,
        unit: 'percentunit',
        queries: [
          {
            expr: '1 - sum(rate(hubcast_time_to_durable_seconds_bucket{le=~"1(\\\\.0)?",$$}[$__rate_interval])) / sum(rate(hubcast_time_to_durable_seconds_count{$$}[$__rate_interval]))',
          },
        ],
        thresholds: [0.001, 0.01],
      },
      {
        kind: 'stat',
        title: 'Refused signatures, 1 h',
        about: 'Requests with a missing or wrong signature. Not Meta, or the wrong App Secret.',
        width: 3,
        unit: 'short',
        queries: [{ expr: 'sum(increase(hubcast_requests_total{outcome=~"signature_.*",$$}[1h]))' }],
        thresholds: [1, 100],
      },
      {
        kind: 'stat',
        title: 'Dead letters, 24 h',
        about: 'Updates that could not be read or typed. They are kept.',
        width: 3,
        unit: 'short',
        queries: [{ expr: 'sum(increase(hubcast_events_total{type="whatsapp.dead_letter",$$}[24h]))' }],
        thresholds: [1, 100],
      },
      {
        kind: 'stat',
        title: 'Numbers in trouble',
        about: 'RED, blocked, or with a declined name.',
        width: 3,
        unit: 'short',
        queries: [{ expr: 'count(max by (phone_number_id) (hubcast_phone_number_trouble{$$})) or vector(0)' }],
        thresholds: [1, 1],
      },
      {
        kind: 'stat',
        title: 'Last webhook',
        about: 'Since the last webhook of any account was stored.',
        width: 3,
        unit: 's',
        queries: [{ expr: 'time() - max(hubcast_last_webhook_timestamp_seconds{$$})' }],
        thresholds: [3600, 21_600],
      },
    ],
  },
  {
    title: 'Webhooks',
    height: 9,
    panels: [
      {
        kind: 'timeseries',
        title: 'Requests by outcome',
        about: 'stored is a 200; everything else was answered with an error, or is a handshake.',
        width: 8,
        unit: 'reqps',
        stacked: true,
        queries: [
          {
            expr: 'sum by (outcome) (rate(hubcast_requests_total{$$}[$__rate_interval])) > 0',
            legend: '{{outcome}}',
          },
        ],
        colors: { stored: 'green', verified: 'blue' },
      },
      {
        kind: 'timeseries',
        title: 'Time to durable',
        about: 'From the receipt of a POST to its 200, which waits for the store.',
        width: 8,
        unit: 's',
        queries: quantiles('hubcast_time_to_durable_seconds'),
        thresholds: [0.25, 1],
        colors: QUANTILE_COLORS,
      },
      {
        kind: 'timeseries',
        title: 'Events by type',
        about: 'The ten that come most.',
        width: 8,
        unit: 'eps',
        stacked: true,
        queries: [
          {
            expr: 'topk(10, sum by (type) (rate(hubcast_events_total{$$}[$__rate_interval])) > 0)',
            legend: '{{type}}',
          },
        ],
      },
    ],
  },
  {
    title: 'What Meta sends',
    height: 8,
    panels: [
      {
        kind: 'timeseries',
        title: 'How late events come',
        about:
          'From the time Meta gives the first event of a POST to its receipt. Hours mean that Meta sends again what failed before.',
        width: 8,
        unit: 's',
        queries: quantiles('hubcast_event_age_seconds'),
        colors: QUANTILE_COLORS,
      },
      {
        kind: 'bars',
        title: 'Unknown, dead, dropped, repeated',
        about: 'Unknown fields and dead letters are kept in topics of their own. Repeated events were stored before.',
        width: 8,
        unit: 'short',
        queries: [
          {
            expr: 'sum by (field) (increase(hubcast_unknown_events_total{$$}[$__rate_interval])) > 0',
            legend: 'unknown {{field}}',
          },
          {
            expr: 'sum by (field) (increase(hubcast_dead_letters_total{$$}[$__rate_interval])) > 0',
            legend: 'dead letter {{field}}',
          },
          { expr: 'sum(increase(hubcast_dropped_events_total{$$}[$__rate_interval]))', legend: 'dropped' },
          { expr: 'sum(increase(hubcast_foreign_events_total{$$}[$__rate_interval]))', legend: 'of other accounts' },
          { expr: 'sum(increase(hubcast_repeated_events_total{$$}[$__rate_interval]))', legend: 'repeated' },
          { expr: 'sum(increase(hubcast_refused_records_total{$$}[$__rate_interval]))', legend: 'refused by Kafka' },
        ],
      },
      {
        kind: 'bargauge',
        title: 'Since the last webhook, by account',
        about: 'The twenty that are silent longest.',
        width: 8,
        unit: 's',
        queries: [
          {
            expr: 'topk(20, time() - max by (account) (hubcast_last_webhook_timestamp_seconds{$$}))',
            legend: '{{account}}',
          },
        ],
        thresholds: [86_400, 259_200],
      },
    ],
  },
  {
    title: 'Store',
    height: 8,
    panels: [
      {
        kind: 'timeseries',
        title: 'Time of a write',
        about: 'One write to Kafka or one commit of the journal; requests that come together share it.',
        width: 6,
        unit: 's',
        queries: quantiles('hubcast_write_seconds'),
        colors: QUANTILE_COLORS,
      },
      {
        kind: 'heatmap',
        title: 'Records of a write',
        about: 'How many records share a write.',
        width: 6,
        unit: 'short',
        queries: [
          { expr: 'sum by (le) (increase(hubcast_write_records_bucket{$$}[$__rate_interval]))', legend: '{{le}}' },
        ],
      },
      {
        kind: 'timeseries',
        title: 'Under way',
        about: 'Bytes of bodies, against MAX_IN_FLIGHT_BYTES. Beyond it requests get a 503.',
        width: 6,
        unit: 'bytes',
        queries: [
          { expr: 'sum(hubcast_in_flight_bytes{$$})', legend: 'bytes' },
          { expr: 'sum(hubcast_in_flight_limit_bytes{$$})', legend: 'limit' },
        ],
        colors: { bytes: 'blue', limit: 'red' },
      },
      {
        kind: 'timeseries',
        title: 'Failed writes, and records that wait',
        about: 'Requests whose write failed, by code; Meta sends them again.',
        width: 6,
        unit: 'short',
        queries: [
          { expr: 'sum by (code) (rate(hubcast_write_failures_total{$$}[$__rate_interval]))', legend: '{{code}}' },
          { expr: 'sum(hubcast_in_flight_records{$$})', legend: 'records that wait' },
        ],
        colors: { 'records that wait': 'blue' },
      },
    ],
  },
  {
    title: 'Limits of the public listener',
    height: 8,
    panels: [
      {
        kind: 'timeseries',
        title: 'Requests in flight',
        about:
          'Whole requests that wait for the store, against MAX_IN_FLIGHT_REQUESTS; and bodies that are still arriving.',
        width: 8,
        unit: 'short',
        queries: [
          { expr: 'sum(hubcast_in_flight_requests{$$})', legend: 'in flight' },
          { expr: 'sum(hubcast_in_flight_requests_limit{$$})', legend: 'limit' },
          { expr: 'sum(hubcast_unfinished_bodies{$$})', legend: 'unfinished bodies' },
        ],
        colors: { 'in flight': 'blue', limit: 'red', 'unfinished bodies': 'orange' },
      },
      {
        kind: 'timeseries',
        title: 'Connections',
        about: 'Open connections, against MAX_CONNECTIONS.',
        width: 8,
        unit: 'short',
        queries: [
          { expr: 'sum(hubcast_connections{$$})', legend: 'open' },
          { expr: 'sum(hubcast_connections_limit{$$})', legend: 'limit' },
        ],
        colors: { open: 'blue', limit: 'red' },
      },
      {
        kind: 'timeseries',
        title: 'Shed by the limits',
        about:
          'Rejected requests, evicted bodies, and connections that were refused or closed for new ones, per second.',
        width: 8,
        unit: 'short',
        queries: [{ expr: 'sum by (kind) (rate(hubcast_shed_total{$$}[$__rate_interval]))', legend: '{{kind}}' }],
      },
    ],
  },
  {
    title: 'Phone numbers and Graph',
    height: 8,
    panels: [
      {
        kind: 'pie',
        title: 'Quality',
        about: 'Phone numbers by quality rating.',
        width: 4,
        queries: [
          { expr: 'sum by (quality) (max by (quality, state) (hubcast_phone_numbers{$$}))', legend: '{{quality}}' },
        ],
        colors: QUALITY_COLORS,
      },
      {
        kind: 'pie',
        title: 'Health',
        about: 'Phone numbers by state of health.',
        width: 4,
        queries: [
          { expr: 'sum by (state) (max by (quality, state) (hubcast_phone_numbers{$$}))', legend: '{{state}}' },
        ],
        colors: STATE_COLORS,
      },
      {
        kind: 'table',
        title: 'Numbers in trouble',
        about: '/phone-numbers/{id}/health tells why, and what to do.',
        width: 8,
        queries: [
          {
            expr: 'max by (account, phone_number_id, quality, state, name_status) (hubcast_phone_number_trouble{$$})',
            table: true,
          },
        ],
      },
      {
        kind: 'pie',
        title: 'Display names',
        about: 'Phone numbers by the review of their display name.',
        width: 4,
        queries: [{ expr: 'max by (name_status) (hubcast_phone_number_names{$$})', legend: '{{name_status}}' }],
        colors: {
          APPROVED: 'green',
          AVAILABLE_WITHOUT_REVIEW: 'green',
          DECLINED: 'red',
          PENDING_REVIEW: 'blue',
          EXPIRED: 'yellow',
        },
      },
      {
        kind: 'stat',
        title: 'Access token',
        about: 'Whether Meta takes it, by Meta app.',
        width: 4,
        queries: [{ expr: 'min by (app) (hubcast_graph_token_valid{$$})', legend: '{{app}}' }],
        words: { '0': { text: 'refused', color: 'red' }, '1': { text: 'accepted', color: 'green' } },
      },
    ],
  },
  {
    title: 'Spool (SPOOL=on)',
    height: 7,
    panels: [
      {
        kind: 'timeseries',
        title: 'Events that wait for Kafka',
        about: 'They are on the disks of the replicas; Meta has its 200.',
        width: 8,
        unit: 'short',
        queries: [{ expr: 'sum(hubcast_spool_records{$$}) or vector(0)', legend: 'events' }],
      },
      {
        kind: 'timeseries',
        title: 'Age of the oldest',
        about: 'How far Kafka is behind.',
        width: 6,
        unit: 's',
        queries: [{ expr: 'max(hubcast_spool_oldest_seconds{$$}) or vector(0)', legend: 'oldest' }],
        thresholds: [60, 900],
      },
      {
        kind: 'timeseries',
        title: 'Fullest spool or journal',
        about: 'Of SPOOL_MAX_BYTES or JOURNAL_MAX_BYTES; a full one answers 503.',
        width: 6,
        unit: 'percentunit',
        max: 1,
        queries: [
          { expr: 'max(hubcast_spool_bytes{$$} / hubcast_spool_limit_bytes{$$}) or vector(0)', legend: 'spool' },
          { expr: 'max(hubcast_journal_bytes{$$} / hubcast_journal_limit_bytes{$$}) or vector(0)', legend: 'journal' },
        ],
        thresholds: [0.5, 0.8],
      },
      {
        kind: 'stat',
        title: 'Parked',
        about: 'Events that Kafka refuses for good: see hubcast journal check.',
        width: 4,
        unit: 'short',
        queries: [{ expr: 'sum(hubcast_spool_parked{$$}) or vector(0)' }],
        thresholds: [1, 1],
      },
    ],
  },
  {
    title: 'Graph',
    height: 7,
    panels: [
      {
        kind: 'timeseries',
        title: 'Graph calls by outcome',
        about: 'Reads and operations on numbers. Webhooks never wait for them.',
        width: 10,
        unit: 'reqps',
        stacked: true,
        queries: [
          {
            expr: 'sum by (outcome) (rate(hubcast_graph_calls_total{$$}[$__rate_interval]))',
            legend: '{{outcome}}',
          },
        ],
        colors: { ok: 'green' },
      },
      {
        kind: 'bargauge',
        title: 'Graph calls left this hour',
        about: 'The ten accounts that have the least.',
        width: 9,
        unit: 'percentunit',
        max: 1,
        queries: [
          { expr: 'bottomk(10, min by (account) (hubcast_graph_budget_left_ratio{$$}))', legend: '{{account}}' },
        ],
        thresholds: [0.5, 0.2],
      },
      {
        kind: 'stat',
        title: 'Token and certificate expire in',
        about: 'Without a line where it never does, where Meta does not tell, or where a proxy ends TLS.',
        width: 5,
        unit: 's',
        queries: [
          {
            expr: 'min by (app) (hubcast_graph_token_expiry_timestamp_seconds{$$}) - time()',
            legend: '{{app}}',
          },
          { expr: 'min(hubcast_tls_certificate_expiry_timestamp_seconds{$$}) - time()', legend: 'certificate' },
        ],
        thresholds: [1_209_600, 259_200],
      },
    ],
  },
  {
    title: 'Process',
    height: 7,
    panels: [
      {
        kind: 'timeseries',
        title: 'CPU',
        about: 'Of one core, by replica.',
        width: 6,
        unit: 'percentunit',
        queries: [{ expr: 'rate(process_cpu_seconds_total{$$}[$__rate_interval])', legend: '{{instance}}' }],
      },
      {
        kind: 'timeseries',
        title: 'Memory',
        about: 'Resident, by replica.',
        width: 6,
        unit: 'bytes',
        queries: [{ expr: 'process_resident_memory_bytes{$$}', legend: '{{instance}}' }],
      },
      {
        kind: 'timeseries',
        title: 'Event loop delay, p99',
        about: 'While it is blocked, nobody gets an answer.',
        width: 6,
        unit: 's',
        queries: [{ expr: 'nodejs_eventloop_lag_p99_seconds{$$}', legend: '{{instance}}' }],
        thresholds: [0.1, 0.5],
      },
      {
        kind: 'table',
        title: 'Versions',
        about: 'Which version runs where.',
        width: 6,
        queries: [{ expr: 'max by (instance, version, node) (hubcast_build_info{$$})', table: true }],
      },
    ],
  },
];
