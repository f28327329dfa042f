/** What the operator is shown of a POST that was refused or failed. */

import type { IncomingMessage } from 'node:http';
import { type BlockList, isIP } from 'node:net';
import type { HubcastError } from '../../core/errors.ts';
import type { FailedDelivery } from '../../telemetry/failed-deliveries.ts';
import { isAmong } from '../server/client-certificate.ts';

export interface FailureFacts extends Pick<FailedDelivery, 'receivedMs' | 'app' | 'bytes' | 'deliveryId'> {
  /** Whose X-Forwarded-For is believed. */
  readonly proxies: BlockList;
}

export function describeFailure(
  { headers, socket }: IncomingMessage,
  error: HubcastError,
  { proxies, ...facts }: FailureFacts,
): FailedDelivery {
  const [, traceId = null] = /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(String(headers.traceparent ?? '')) ?? [];
  return {
    ...facts,
    outcome: error.code,
    diagnosis: error.message,
    accountId: null,
    field: null,
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
    // What stands where an address belongs was written by a stranger.
    if (isIP(hop) === 0) return source;
    source = hop;
    if (!isAmong(proxies, hop)) return source;
  }
  return source;
}
