import { createHmac } from 'node:crypto';
import { WORKLOADS, type WorkloadName } from './workloads.ts';

export interface RequestOrder {
  readonly workload: WorkloadName;
  readonly seed: number;
  /** Number in the run of the first request; the caller goes on where the round before ended. */
  readonly first: number;
  readonly count: number;
  readonly aroundSec: number;
  readonly secret: string;
}

/** Requests as they go on the wire, ready before the clock starts: building and signing one costs more than sending it. */
export function prepareRequests(order: RequestOrder): Buffer[] {
  const { workload, seed, first, count, aroundSec, secret } = order;
  const toBody = WORKLOADS[workload];
  return Array.from({ length: count }, (_, index) =>
    toHttpRequest(Buffer.from(toBody({ seed, sequence: first + index, aroundSec })), secret),
  );
}

/** A POST as Meta sends it, signed over the very bytes of the body. */
export function toHttpRequest(body: Buffer, secret: string): Buffer {
  const head = [
    'POST /webhook HTTP/1.1',
    'Host: localhost',
    'Accept: */*',
    'User-Agent: facebookexternalua',
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    `X-Hub-Signature-256: sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    '\r\n',
  ].join('\r\n');
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}
