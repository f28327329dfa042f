/** Which POSTs failed, and why: from the public listener to GET /deliveries and the log. */
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HubcastError } from '../../../src/core/errors.ts';
import { DELIVERY_ANSWERS } from '../../../src/http/internal/delivery-routes.ts';
import { describeFailure } from '../../../src/http/public/describe-failure.ts';
import { toBlockList } from '../../../src/http/server/client-certificate.ts';
import { askRaw } from '../../support/raw-http.ts';
import { ask, nameUpdate, postSigned, postUnsigned } from '../../support/signed-request.ts';
import { startTestService, type TestService } from '../../support/start-service.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';

describe('GET /deliveries', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService();
    await postUnsigned(service.webhookUrl, '{}', {
      'user-agent': 'scanner/1',
      traceparent: `00-${TRACE}-b7ad6b7169203331-01`,
    });
    await postSigned(service.webhookUrl, '{}', { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` });
    await postSigned(`${service.publicUrl}/hook?token=x`, '{}');
    await postSigned(service.webhookUrl, nameUpdate().body);
    await ask(`${service.publicUrl}/elsewhere`);
  });
  afterAll(() => service?.remove());

  const list = async (query = '') => JSON.parse((await ask(`${service.internalUrl}/deliveries${query}`)).text);

  it('lists refused POSTs with code, diagnosis and fix, the newest first', async () => {
    const answer = await list();
    expect(DELIVERY_ANSWERS.FailedDeliveries.parse(answer)).toEqual(answer);
    expect(answer.data.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
      'not_found',
      'signature_mismatch',
      'signature_missing',
    ]);
    expect(answer.data[0].diagnosis).toBe('POST /hook came; there is no such path.');
    expect(answer.data[1]).toMatchObject({ bytes: 2, status: 401, fix: expect.stringContaining('META_APP_SECRET') });
    expect(answer.data[2]).toMatchObject({ user_agent: 'scanner/1', source: '127.0.0.1', trace_id: TRACE });
  });

  it('has what was refused before its path was read, and the log line says the same', async () => {
    await askRaw(service.publicUrl, 'POST /webhook HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 0);
    await askRaw(service.publicUrl, 'garbage\r\n\r\n', 0);
    await askRaw(service.publicUrl, 'GET /webhook HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 0);
    const { data } = await list('?outcome=malformed_request');
    expect(data).toMatchObject([
      { diagnosis: expect.stringContaining('Parse Error'), source: '127.0.0.1', delivery_id: null },
      { diagnosis: 'The Host header came more than once.', source: '127.0.0.1', account_id: null, field: null },
    ]);
    expect(service.logged('refused before its body')).toContainEqual(expect.objectContaining({ source: '127.0.0.1' }));
  });

  it('filters by outcome', async () => {
    expect((await list('?outcome=signature_missing,internal')).data).toHaveLength(1);
    expect((await list('?limit=1')).data).toHaveLength(1);
    expect((await ask(`${service.internalUrl}/deliveries?outcome=X`)).status).toBe(400);
  });

  it('has the members of the log lines, and a line for a wrong path', async () => {
    const [missing] = (await list('?outcome=signature_missing')).data;
    expect(service.logged('delivery')).toContainEqual(
      expect.objectContaining({
        outcome: 'signature_missing',
        deliveryId: missing.delivery_id,
        source: '127.0.0.1',
        userAgent: 'scanner/1',
        traceId: TRACE,
      }),
    );
    const wrongPaths = service.logged('delivery').filter(({ outcome }) => outcome === 'not_found');
    expect(wrongPaths.map(({ diagnosis }) => diagnosis)).toEqual([
      'POST came for a path of 5 characters; it is not ours.',
      'GET came for a path of 10 characters; it is not ours.',
    ]);
  });
});

describe('the source of a delivery', () => {
  const facts = { receivedMs: 0, app: null, bytes: 0, deliveryId: null, proxies: toBlockList(['10.0.0.0/8']) };
  it.each([
    ['192.0.2.7', '198.51.100.1', '192.0.2.7'],
    ['10.0.0.1', undefined, '10.0.0.1'],
    ['10.0.0.1', '203.0.113.5, 198.51.100.1', '198.51.100.1'],
    ['10.0.0.1', '203.0.113.5, 198.51.100.1, 10.0.0.2', '198.51.100.1'],
    ['::ffff:10.0.0.1', '203.0.113.5', '203.0.113.5'],
    ['10.0.0.1', '<script>', '10.0.0.1'],
  ])('from %s with X-Forwarded-For %s is %s', (remoteAddress, forwarded, source) => {
    const request = { socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } };
    const error = new HubcastError('internal', 'x');
    expect(describeFailure(request as unknown as IncomingMessage, error, facts).source).toBe(source);
  });
});
