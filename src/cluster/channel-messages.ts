/** What the process of the internal listener and its workers say to each other. */
import type { ErrorCode } from '../core/errors.ts';
import type { Family } from '../fields/families.ts';
import type { Readiness } from '../stores/store.ts';
import type { FailedDelivery } from '../telemetry/failed-deliveries.ts';
import type { MetricState } from '../telemetry/metrics/exposition.ts';

export interface WorkerReports {
  readonly readiness: Readiness;
  readonly metrics: readonly MetricState[];
  readonly failedDeliveries: readonly FailedDelivery[];
}

export type Question = keyof WorkerReports;

export type ToWorker =
  | { readonly kind: 'ask'; readonly id: number; readonly question: Question }
  /** Take no new connections, finish what is under way, end. */
  | { readonly kind: 'stop' }
  /** Cut the connections that are left. */
  | { readonly kind: 'cut' };

/** A stored event that look-ups have to know of. */
export interface Published {
  readonly family: Family;
  readonly key: string | null;
}

export type FromWorker =
  /** Without an answer where there is none to be had. */
  | { readonly kind: 'answer'; readonly id: number; readonly answer?: WorkerReports[Question] }
  | { readonly kind: 'listening'; readonly url: string }
  /** It could not start, and ends. */
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string }
  | { readonly kind: 'published'; readonly events: readonly Published[] };
