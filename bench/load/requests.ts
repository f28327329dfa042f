import { createHmac } from 'node:crypto';
import { WORKLOADS, type Workload, type WorkloadName } from './workloads.ts';

export interface RequestOrder {
  readonly workload: WorkloadName;
  readonly seed: number;
  /** Number in the run of the first request; the caller goes on where the round before ended. */
  readonly first: number;
  readonly count: number;
  readonly aroundSec: number;
  readonly secret: string;
  readonly verifyToken: string;
}

const SLAB_BYTES = 4 * 1024 * 1024;

/** Requests as they go on the wire, ready before the clock starts: building and signing one costs as much as sending it. */
export function prepareRequests(order: RequestOrder): Buffer[] {
  const { seed, first, count, aroundSec, secret, verifyToken } = order;
  const { body, path, forged }: Workload = WORKLOADS[order.workload];
  let slab = Buffer.alloc(0);
  let used = 0;
  return Array.from({ length: count }, (_, index) => {
    const sequence = first + index;
    const request =
      body === null
        ? path === undefined
          ? toHandshake(sequence, verifyToken)
          : toGet(path)
        : toHttpRequest(body({ seed, sequence, aroundSec }), forged ? `not ${secret}` : secret);
    const byteLength = Buffer.byteLength(request);
    if (used + byteLength > slab.length) {
      slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, byteLength));
      used = 0;
    }
    const start = used;
    used += slab.write(request, start);
    return slab.subarray(start, used);
  });
}

/** A POST as Meta sends it, signed over the bytes of the body in UTF-8. */
export function toHttpRequest(body: string, secret: string): string {
  return [
    'POST /webhook HTTP/1.1',
    'Host: localhost',
    'Accept: */*',
    'User-Agent: facebookexternalua',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Hub-Signature-256: sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    '',
    body,
  ].join('\r\n');
}

export function toGet(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n`;
}

/** The GET by which Meta asks whether the URL is ours. */
export function toHandshake(challenge: number, verifyToken: string): string {
  const query = new URLSearchParams({
    'hub.mode': 'subscribe',
    'hub.verify_token': verifyToken,
    'hub.challenge': String(challenge),
  });
  return `GET /webhook?${query} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: facebookplatform/1.0\r\nAccept: */*\r\n\r\n`;
}
