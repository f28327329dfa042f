/** What the operator is shown of a request that was refused or failed: its log line, and where it was a POST its entry in the list. */
import { type BlockList, isIP } from 'node:net';
import type { HubcastError } from '../../core/errors.ts';
import type { FailedDelivery } from '../../telemetry/failed-deliveries.ts';
import { isAmong, toBlockList } from '../server/client-certificate.ts';
import type { LogFailure } from '../server/failure-log.ts';
import type { RefusedRequest } from '../server/listener.ts';

export interface FailureFacts extends Pick<FailedDelivery, 'receivedMs' | 'app' | 'bytes' | 'deliveryId'> {
  /** In place of the error's message, which the log has, where this holds text of the sender. */
  readonly diagnosis?: string;
  /** Of the first event, once the signature was checked and the body read. */
  readonly accountId?: string | null;
  /** Likewise. */
  readonly field?: string | null;
  /** How long the request took so far. */
  readonly ms?: number;
}

export interface FailureNotesOptions {
  /** Addresses and networks whose X-Forwarded-For is believed. */
  readonly proxies?: readonly string[];
  /** Called for each POST that was refused or failed. */
  readonly onFailed?: ((failure: FailedDelivery) => void) | undefined;
  readonly logFailure: LogFailure;
}

export type NoteFailure = (request: RefusedRequest, error: HubcastError, facts: FailureFacts, message?: string) => void;

/** Of a text that a stranger chose, in a log line. */
const MAX_LOGGED_TEXT = 200;

export function createNoteFailure({ proxies = [], onFailed, logFailure }: FailureNotesOptions): NoteFailure {
  const believed = toBlockList(proxies);
  return (request, error, { ms, ...facts }, message = 'delivery') => {
    const failure = describeFailure(request, error, { ...facts, proxies: believed });
    if (request.method === undefined || request.method === 'POST') onFailed?.(failure);
    const { app, accountId, field, deliveryId, bytes, source, userAgent, traceId } = failure;
    const members = {
      outcome: error.code,
      ...(deliveryId !== null && { deliveryId }),
      ...(app !== null && { app }),
      ...(accountId !== null && { accountId }),
      ...(field !== null && { field }),
      bytes,
      ...(ms !== undefined && { ms }),
      ...(source !== null && { source }),
      ...(userAgent !== null && { userAgent: userAgent.slice(0, MAX_LOGGED_TEXT) }),
      ...(traceId !== null && { traceId }),
    };
    logFailure(error, members, message);
  };
}

export function describeFailure(
  { headers, socket }: Pick<RefusedRequest, 'headers' | 'socket'>,
  error: HubcastError,
  { proxies, ...facts }: Omit<FailureFacts, 'ms'> & { readonly proxies: BlockList },
): FailedDelivery {
  const [, traceId = null] = /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(String(headers.traceparent ?? '')) ?? [];
  return {
    outcome: error.code,
    diagnosis: error.message,
    accountId: null,
    field: null,
    ...facts,
    source: sourceOf(socket.remoteAddress, headers['x-forwarded-for'], proxies),
    userAgent: headers['user-agent'] ?? null,
    traceId,
  };
}

/** The nearest address that is not one of our proxies: each proxy appends the address it was called from. */
function sourceOf(
  remote: string | undefined,
  forwarded: string | string[] | undefined,
  proxies: BlockList,
): string | null {
  const hops = [...String(forwarded ?? '').split(','), remote ?? '']
    .map((hop) => hop.trim())
    .filter((hop) => hop !== '');
  let source: string | null = null;
  for (const hop of hops.toReversed()) {
    // The sender may have written any text in place of an address.
    if (isIP(hop) === 0) return source;
    source = hop;
    if (!isAmong(proxies, hop)) return source;
  }
  return source;
}
