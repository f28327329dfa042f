/** Every metric of hubcast by name: source of /metrics, of the table in docs/operations.md, and of the names that dashboard and alerts may use. */
export interface MetricRow {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly about: string;
  /** How to merge the values of workers: counters are added up, and a gauge is taken from the first process. */
  readonly ofWorkers: 'sum' | 'max' | 'first';
}

const row = (
  type: MetricRow['type'],
  labels: readonly string[],
  about: string,
  ofWorkers: MetricRow['ofWorkers'] = type === 'gauge' ? 'first' : 'sum',
): MetricRow => ({ type, labels, about, ofWorkers });

export const METRICS = {
  hubcast_build_info: row(
    'gauge',
    ['version', 'node', 'role'],
    'Always 1. The labels give the version, the version of Node and the ROLES.',
  ),
  hubcast_ready: row(
    'gauge',
    ['role'],
    '1 while the store can take a write, else 0. The label gives the ROLES of this process.',
  ),
  hubcast_requests_total: row(
    'counter',
    ['outcome'],
    'Requests to the public listener: stored, verified (the handshake), or the code of the error that was answered.',
  ),
  hubcast_received_bytes_total: row('counter', [], 'Bytes of the bodies that were stored.'),
  hubcast_time_to_durable_seconds: row(
    'histogram',
    [],
    'From the receipt of a POST to its 200. Meta wants a median under 250 ms and less than 1 % above 1 s.',
  ),
  hubcast_event_age_seconds: row(
    'histogram',
    [],
    "From the time of a POST's first event to its receipt: how late Meta is. It excludes history and dead letters.",
  ),
  hubcast_events_total: row(
    'counter',
    ['type'],
    'Events that Meta sent, by type. Unknown fields count as whatsapp.unknown.',
  ),
  hubcast_unknown_events_total: row(
    'counter',
    ['field'],
    'Events of fields this version does not know. The label has at most 100 names, then other.',
  ),
  hubcast_dead_letters_total: row(
    'counter',
    ['field'],
    'Dead letters, by their field. The label is unreadable where the body could not be read.',
  ),
  hubcast_refused_records_total: row(
    'counter',
    [],
    'Records that Kafka refused for good. They are kept as dead letters.',
  ),
  hubcast_dropped_events_total: row(
    'counter',
    [],
    'Events that were not stored, because of PUBLISH_FAMILIES or ACCEPT_ACCOUNTS=drop.',
  ),
  hubcast_foreign_events_total: row(
    'counter',
    [],
    'Events of foreign accounts. Counted where ACCEPT_ACCOUNTS is quarantine or drop.',
  ),
  hubcast_repeated_events_total: row(
    'counter',
    [],
    'Events that were not stored again, because their id is stored already or is being stored.',
  ),
  hubcast_last_webhook_timestamp_seconds: row(
    'gauge',
    ['account'],
    'When the last stored webhook of an account was received. The label is the entry id: at most 1,000 accounts, then other.',
    'max',
  ),
  hubcast_in_flight_bytes: row('gauge', [], 'Bytes of bodies that are arriving or wait for the store.', 'sum'),
  hubcast_in_flight_limit_bytes: row('gauge', [], 'MAX_IN_FLIGHT_BYTES, beyond which requests get a 503.', 'sum'),
  hubcast_in_flight_requests: row(
    'gauge',
    [],
    'Requests whose whole body has arrived and that wait for the store.',
    'sum',
  ),
  hubcast_in_flight_requests_limit: row('gauge', [], 'MAX_IN_FLIGHT_REQUESTS, beyond which requests get a 503.', 'sum'),
  hubcast_unfinished_bodies: row('gauge', [], 'Bodies of which only a part has arrived.', 'sum'),
  hubcast_connections: row('gauge', [], 'Open connections of the public listener.', 'sum'),
  hubcast_connections_limit: row('gauge', [], 'MAX_CONNECTIONS of the public listener.', 'sum'),
  hubcast_shed_total: row(
    'counter',
    ['kind'],
    'What the limits of the public listener shed: request_rejected (503 before the store was asked), body_evicted (the body came too slowly while others needed its bytes), connection_refused, and connections closed for new ones: idle_connection_closed, stalled_connection_closed.',
  ),
  hubcast_in_flight_records: row('gauge', [], 'Records that requests wait for.', 'sum'),
  hubcast_write_records: row(
    'histogram',
    [],
    'Records in one write to the store. Requests that arrive together share a write.',
  ),
  hubcast_write_seconds: row('histogram', [], 'How long one write to the store takes.'),
  hubcast_write_failures_total: row('counter', ['code'], 'Requests whose write failed, by the code of the error.'),
  hubcast_journal_bytes: row('gauge', [], 'Without Kafka: bytes in use in the journal, as /ready last found them.'),
  hubcast_journal_limit_bytes: row('gauge', [], 'JOURNAL_MAX_BYTES, at which requests get a 503.'),
  hubcast_tls_certificate_expiry_timestamp_seconds: row(
    'gauge',
    [],
    'When the certificate of the public listener expires. Absent where a proxy ends TLS.',
  ),
  hubcast_spool_records: row(
    'gauge',
    [],
    'With SPOOL=on: events that are on the disk and not in Kafka yet, counted at each scrape.',
  ),
  hubcast_spool_bytes: row('gauge', [], 'Bytes of those events.'),
  hubcast_spool_limit_bytes: row('gauge', [], 'SPOOL_MAX_BYTES, at which requests get a 503.'),
  hubcast_spool_oldest_seconds: row('gauge', [], 'Age of the oldest of them; 0 when no event waits.'),
  hubcast_spool_parked: row('gauge', [], 'Events that Kafka refuses for good. They are parked on the disk.'),
  hubcast_graph_calls_total: row(
    'counter',
    ['method', 'outcome'],
    'Calls to the Graph API: ok, or the code of the error.',
  ),
  hubcast_graph_budget_left_ratio: row(
    'gauge',
    ['account'],
    "What is left of the hour's reads that Meta allows for an account, from 0 to 1; the first 1,000 of WABA_IDS.",
  ),
  hubcast_graph_token_valid: row('gauge', ['app'], '0 while Meta refuses the access token of a Meta app.'),
  hubcast_graph_token_expiry_timestamp_seconds: row(
    'gauge',
    ['app'],
    'When the access token of a Meta app expires; absent when it never expires, or when Meta does not say.',
  ),
  hubcast_phone_numbers: row('gauge', ['quality', 'state'], 'Phone numbers, by quality rating and state of health.'),
  hubcast_phone_number_names: row('gauge', ['name_status'], 'Phone numbers, by the review of their display name.'),
  hubcast_phone_number_trouble: row(
    'gauge',
    ['account', 'phone_number_id', 'quality', 'state', 'name_status'],
    '1 for each number that is RED or blocked, or whose name was declined. At most 200 series.',
  ),
} as const satisfies Record<string, MetricRow>;

export type MetricName = keyof typeof METRICS;
