/** Answers of the service, as far as the page reads them. Their full description is at /openapi.json. */
export interface RecordShape {
  readonly stored_at: string | null;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly event: CloudEvent | null;
}

export interface CloudEvent {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly subject?: string;
  readonly time: string;
  readonly receivedtime?: string;
  readonly dataschema?: string;
  readonly app?: string;
  readonly deliveryid?: string;
  readonly data: EventData;
}

export interface EventData {
  readonly field: string | null;
  readonly entry_id: string | null;
  readonly account_id?: string | null;
  readonly test?: boolean;
  readonly phone_number?: {
    readonly digits: string | null;
    readonly id: string | null;
    readonly known: boolean | null;
  } | null;
  readonly context?: unknown;
  readonly value?: unknown;
  readonly derived?: unknown;
  readonly issues?: readonly IssueShape[];
}

export interface IssueShape {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

export interface ReadinessShape {
  readonly status: 'ready' | 'not_ready';
  readonly warnings?: readonly string[];
  readonly reason?: string;
}

export interface HistoryAnswer {
  readonly step_ms: number;
  readonly version: string;
  readonly store: string;
  /** Whether the service has any: without them reads need none on loopback, and what has effects cannot be done. */
  readonly api_tokens: boolean;
  readonly points: readonly {
    readonly atMs: number;
    readonly events: Readonly<Record<string, number>>;
    readonly stored: number;
    readonly refused: number;
    readonly failed: number;
    readonly p50Ms: number | null;
    readonly p99Ms: number | null;
  }[];
}

export interface FailedDeliveryShape {
  readonly time: string;
  readonly outcome: string;
  readonly status: number;
  readonly diagnosis: string;
  readonly fix: string;
  readonly bytes: number;
  readonly app: string | null;
  readonly account_id: string | null;
  readonly field: string | null;
  readonly source: string | null;
  readonly user_agent: string | null;
  readonly delivery_id: string | null;
  readonly trace_id: string | null;
}

export interface DeadLetterShape {
  readonly id: string;
  readonly at: string;
  readonly stored_at: string | null;
  readonly field: string | null;
  readonly entry_id: string | null;
  readonly part: string | null;
  readonly path: string | null;
  readonly issues: readonly IssueShape[];
  readonly bytes: number;
}

export interface ReplayShape {
  readonly outcome: 'stored' | 'refused' | 'unreadable';
  readonly events: readonly { readonly id: string; readonly type: string }[];
  readonly issues: readonly IssueShape[];
}

export interface HealthAnswer {
  readonly checked_at: string;
  readonly summary: Readonly<Record<string, number>>;
  readonly data: readonly NumberHealth[];
}

export interface NumberHealth {
  readonly phone_number_id: string;
  readonly account_id: string | null;
  readonly display_phone_number: string | null;
  readonly verified_name: string | null;
  readonly fetched_at: string;
  readonly stale: boolean;
  readonly health: {
    readonly state: string;
    readonly reasons: readonly {
      readonly member: string;
      readonly value: string | null;
      readonly level: string;
      readonly about: string;
      readonly todo: string;
    }[];
    readonly quality: { readonly rating: string | null };
    readonly limit: { readonly unique_recipients_per_day?: number | null; readonly unlimited?: boolean } | null;
    readonly sandbox: boolean;
  };
}
