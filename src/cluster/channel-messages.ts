/** Messages between the process of the internal listener and its workers. */
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
  /** Accept no new connections, finish pending requests, exit. */
  | { readonly kind: 'stop' }
  /** Close the remaining connections. */
  | { readonly kind: 'cut' };

/** A stored event that invalidates look-ups. */
export interface Published {
  readonly family: Family;
  readonly key: string | null;
}

export type FromWorker =
  /** `answer` is missing if the worker has none. */
  | { readonly kind: 'answer'; readonly id: number; readonly answer?: WorkerReports[Question] }
  | { readonly kind: 'listening'; readonly url: string }
  /** The worker could not start and exits. */
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string }
  | { readonly kind: 'published'; readonly events: readonly Published[] };
