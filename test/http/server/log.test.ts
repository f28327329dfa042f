/** One wide line for each POST, and nothing in the log that must not be there. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HubcastError } from '../../../src/core/errors.ts';
import { askRaw, head } from '../../support/raw-http.ts';
import { scrape } from '../../support/scrape.ts';
import { ask, nameUpdate, postSigned, postUnsigned, signatureOf } from '../../support/signed-request.ts';
import { startTestEndpoint } from '../../support/start-endpoint.ts';
import { APP_SECRET, startTestService, type TestService, VERIFY_TOKEN } from '../../support/start-service.ts';
import { until } from '../../support/until.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.remove());

async function linesOf(act: () => Promise<unknown>) {
  const before = service.logged('delivery').length;
  await act();
  return service.logged('delivery').slice(before);
}

describe('the line of a POST', () => {
  it('has the delivery id of its records, the counts, the outcome and the duration', async () => {
    const [good, bad] = [nameUpdate(), nameUpdate({ display_phone_number: 1 })];
    const unknown = { id: '1', changes: [{ field: 'novel', value: 1 }] };
    const entry = [JSON.parse(good.body).entry[0], JSON.parse(bad.body).entry[0], unknown];
    const body = JSON.stringify({ object: 'whatsapp_business_account', entry });
    const lines = await linesOf(() => postSigned(service.webhookUrl, body));
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        msg: 'delivery',
        outcome: 'stored',
        deliveryId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        events: 3,
        unknown: 1,
        deadLetters: 1,
        bytes: body.length,
        ms: expect.any(Number),
      },
    ]);
    const ids = new Set((await service.records()).slice(-3).map(({ value }) => JSON.parse(value).deliveryid));
    expect([...ids]).toEqual([lines[0]?.deliveryId]);
  });

  it.each<[string, string, () => Promise<unknown>]>([
    ['signature_missing', 'warn', () => postUnsigned(service.webhookUrl, 'x')],
    ['signature_malformed', 'warn', () => postUnsigned(service.webhookUrl, 'x', { 'x-hub-signature-256': 'x' })],
    [
      'signature_mismatch',
      'warn',
      () => postUnsigned(service.webhookUrl, 'x', { 'x-hub-signature-256': signatureOf('y') }),
    ],
    [
      'body_too_large',
      'warn',
      () => askRaw(service.publicUrl, head('POST /webhook HTTP/1.1', { 'Content-Length': 4_000_000 }), 0),
    ],
  ])('says what was wrong and what to do: %s', async (outcome, level, act) => {
    const lines = await linesOf(act);
    expect(lines).toEqual([
      expect.objectContaining({
        outcome,
        level,
        ms: expect.any(Number),
        bytes: expect.any(Number),
        status: expect.any(Number),
      }),
    ]);
    for (const member of ['diagnosis', 'fix'] as const) expect(lines[0]?.[member]).toEqual(expect.stringMatching(/\w/));
  });

  it('is an error when the store failed', async () => {
    const endpoint = await startTestEndpoint(async () => {
      throw new HubcastError('store_unavailable', 'broker-1:9092 refused the connection.');
    });
    await postSigned(endpoint.webhookUrl, nameUpdate().body);
    const lines = endpoint
      .logText()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toEqual([
      expect.objectContaining({
        level: 'error',
        outcome: 'store_unavailable',
        deliveryId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        status: 503,
        diagnosis: 'broker-1:9092 refused the connection.',
      }),
    ]);
    await endpoint.remove();
  });
});

describe('the log as a whole', () => {
  it('has no body, token, secret, signature, phone number, entry id or text of a sender, whatever was sent', async () => {
    const mark = 'm4rk0f7h3b0dy';
    const { body, digits } = nameUpdate({ requested_verified_name: mark, display_phone_number: '49170998877665' });
    const requests = [
      () => postSigned(service.webhookUrl, body),
      () => postSigned(service.webhookUrl, body, { traceparent: mark, 'user-agent': mark }),
      () => postSigned(service.webhookUrl, body.slice(1)),
      () => postSigned(service.webhookUrl, body.replace('"49170998877665"', '["49170998877665"]')),
      () => postSigned(service.webhookUrl, body.replace('"field":"phone_number_name_update"', `"field":"${mark}"`)),
      () => postUnsigned(service.webhookUrl, body, { 'x-hub-signature-256': mark }),
      () => postUnsigned(service.webhookUrl, body, { 'x-hub-signature-256': signatureOf(`${body} `) }),
      () => ask(`${service.webhookUrl}?hub.mode=subscribe&hub.verify_token=${VERIFY_TOKEN}&hub.challenge=${mark}`),
      () => ask(`${service.webhookUrl}?hub.mode=${mark}&hub.verify_token=${mark}&hub.challenge=${mark}`),
      () => ask(`${service.publicUrl}/${mark}`),
      () => askRaw(service.publicUrl, `${mark}\r\n\r\n`, 0),
      () =>
        askRaw(
          service.internalUrl,
          head('GET /live HTTP/1.1', { Host: mark, Origin: mark, Authorization: `Bearer ${mark}` }),
          0,
        ),
    ];
    for (const request of requests) await request();
    const log = service.logText();
    const forbidden = [
      mark,
      digits,
      '49170998877665',
      '102290129340398',
      APP_SECRET,
      VERIFY_TOKEN,
      signatureOf(body),
      signatureOf(body).slice(7),
    ];
    expect(forbidden.filter((text) => log.includes(text))).toEqual([]);
    expect(service.logged('handshake').map(({ outcome }) => outcome)).toEqual(['verified', 'verification_refused']);
  });
});

describe('what is refused before its body', () => {
  const forged = { 'X-Hub-Signature-256': `sha256=${'0'.repeat(64)}` };

  it('is counted, and logged in full ten times a second', async () => {
    const own = await startTestService();
    try {
      for (let count = 0; count < 15; count += 1) {
        await askRaw(own.publicUrl, 'garbage\r\n\r\n', 0);
        await askRaw(own.publicUrl, 'GET /webhook HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 0);
      }
      const { value } = await scrape(own.internalUrl);
      expect(value('hubcast_requests_total', { outcome: 'malformed_request' })).toBe(30);
      const told = () => own.logged('refused before its body');
      await until(() => told().some(({ more }) => more !== undefined));
      const full = told().filter(({ more }) => more === undefined);
      const more = told().reduce((sum, line) => sum + Number(line.more ?? 0), 0);
      expect(full.length + more).toBe(30);
      expect(full[1]).toMatchObject({
        outcome: 'malformed_request',
        diagnosis: 'The Host header came more than once.',
      });
    } finally {
      await own.remove();
    }
  });

  it('does not count a body that breaks off a second time', async () => {
    const own = await startTestService();
    try {
      const chunked = head('POST /webhook HTTP/1.1', { ...forged, 'Transfer-Encoding': 'chunked' });
      expect((await askRaw(own.publicUrl, `${chunked}xyz\r\n`, 0)).answer.status).toBe(400);
      await until(() => own.logged('delivery').length > 0);
      const { value } = await scrape(own.internalUrl);
      const counts = ['malformed_request', 'body_incomplete'].map((outcome) =>
        value('hubcast_requests_total', { outcome }),
      );
      expect(counts).toEqual([0, 1]);
    } finally {
      await own.remove();
    }
  });
});

it('shortens the user agent of a failed delivery', async () => {
  const [line] = await linesOf(() => postUnsigned(service.webhookUrl, '{}', { 'user-agent': 'a'.repeat(1000) }));
  expect(line?.userAgent).toBe('a'.repeat(200));
});

it('names a signature header that came twice', async () => {
  const { body } = nameUpdate();
  const twice = `X-Hub-Signature-256: ${signatureOf(body)}\r\n`.repeat(2);
  const request = `POST /webhook HTTP/1.1\r\nHost: h\r\n${twice}Content-Length: ${body.length}\r\n\r\n${body}`;
  const [line] = await linesOf(() => askRaw(service.publicUrl, request, 0));
  expect(line).toMatchObject({ outcome: 'signature_malformed', diagnosis: 'X-Hub-Signature-256 came 2 times.' });
});
