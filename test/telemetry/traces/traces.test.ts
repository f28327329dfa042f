/** Traces as an operator turns them on: a provider registered by `node --import`, the service unchanged. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readTraceparent } from '../../../src/records/traceparent.ts';
import { createTraceDelivery } from '../../../src/telemetry/traces/trace-deliveries.ts';
import { nameUpdateBody } from '../../support/name-update.ts';
import { runCli, SECRET, startServe } from '../../support/run-cli.ts';
import { signatureOf } from '../../support/signed-request.ts';

interface SaidSpan {
  readonly name: string;
  readonly kind: number;
  readonly status: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly parentId: string | null;
  readonly traceId: string;
  readonly spanId: string;
}

const PARENT = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
const [SERVER, PRODUCER] = [1, 3];

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hubcast-traces-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Sends to a service with traces on, and gives the spans it ended with and the traceparent of each record. */
async function trace(requests: readonly { body: Buffer; headers?: Record<string, string>; secret?: string }[]) {
  const spansFile = join(folder, 'spans.json');
  const service = await startServe({
    DATA_DIR: folder,
    SPANS_FILE: spansFile,
    NODE_OPTIONS: `--import ${join(import.meta.dirname, 'in-memory.ts')}`,
  });
  for (const { body, headers = {}, secret = SECRET } of requests) {
    const signed = { 'x-hub-signature-256': signatureOf(body, secret), ...headers };
    const url = `${service.publicUrl}/webhook`;
    await (await fetch(url, { method: 'POST', body: new Uint8Array(body), headers: signed })).text();
  }
  expect(await service.end('SIGTERM')).toBe(0);
  const { stdout } = await runCli(['events', '--format', 'json', '--from', 'start'], { env: { DATA_DIR: folder } });
  const lines = stdout.trim().split('\n');
  return {
    spans: JSON.parse(readFileSync(spansFile, 'utf8')) as SaidSpan[],
    traceparents: lines.map((line) => JSON.parse(line).headers?.traceparent as string),
  };
}

describe('traces', () => {
  it('have a span for each POST, under the one its headers name, with the write below it', async () => {
    const traceparent = `00-${PARENT.traceId}-${PARENT.spanId}-01`;
    const { spans, traceparents } = await trace([{ body: nameUpdateBody(1), headers: { traceparent } }]);
    const [store, post] = spans;
    expect(post).toMatchObject({
      name: 'POST /webhook',
      kind: SERVER,
      status: 0,
      traceId: PARENT.traceId,
      parentId: PARENT.spanId,
      attributes: { 'http.response.status_code': 200, 'hubcast.outcome': 'stored', 'url.path': '/webhook' },
    });
    expect(store).toMatchObject({
      name: 'store',
      kind: PRODUCER,
      traceId: PARENT.traceId,
      parentId: post?.spanId,
      attributes: { 'messaging.batch.message_count': 1 },
    });
    expect(spans).toHaveLength(2);
    expect(traceparents).toEqual([`00-${PARENT.traceId}-${post?.spanId}-01`]);
  });

  it('begin with the POST where its headers name none that keeps to the standard, and tell why it was refused', async () => {
    const { spans, traceparents } = await trace([
      { body: nameUpdateBody(2), headers: { traceparent: '00-not-a-trace-01' } },
      { body: nameUpdateBody(3), secret: 'another' },
    ]);
    const [, post, refused] = spans;
    expect(post?.parentId).toBeNull();
    expect(readTraceparent(traceparents[0])).toMatchObject({ traceId: post?.traceId, spanId: post?.spanId });
    expect(refused).toMatchObject({
      status: 0,
      attributes: { 'hubcast.outcome': 'signature_mismatch', 'http.response.status_code': 401 },
    });
    expect(spans).toHaveLength(3);
  });

  it('are nothing at all without a provider', () => {
    expect(createTraceDelivery('0.1.0')).toBeUndefined();
  });
});
