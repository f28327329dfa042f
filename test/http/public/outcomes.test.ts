/** Design section 4: what each request gets, and what is stored of it, over a real port. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ErrorCode, HubcastError } from '../../../src/core/errors.ts';
import { createFailedDeliveries } from '../../../src/telemetry/failed-deliveries.ts';
import { expectPlainHeaders, expectRefusal } from '../../support/expect-answer.ts';
import { askRaw, head, openRaw } from '../../support/raw-http.ts';
import { ask, nameUpdate, postSigned, postUnsigned, signatureOf } from '../../support/signed-request.ts';
import { startTestEndpoint } from '../../support/start-endpoint.ts';
import { APP_SECRET, startTestService, type TestService, VERIFY_TOKEN } from '../../support/start-service.ts';

const SECOND_SECRET = 'the-secret-before-rotation';
let service: TestService;

beforeAll(async () => {
  service = await startTestService({ META_APP_SECRET: `${APP_SECRET},${SECOND_SECRET}` });
});
afterAll(() => service.remove());

async function storedBy(act: () => Promise<unknown>) {
  const before = (await service.records()).length;
  await act();
  return (await service.records()).slice(before);
}

describe('the handshake', () => {
  const right = { 'hub.mode': 'subscribe', 'hub.verify_token': VERIFY_TOKEN, 'hub.challenge': '1158201444' };
  const query = (members: Record<string, string | undefined>) => {
    const given = Object.entries({ ...right, ...members }).filter(
      (pair): pair is [string, string] => pair[1] !== undefined,
    );
    return `${service.webhookUrl}?${new URLSearchParams(given)}`;
  };

  it.each([
    ['a number', '1158201444'],
    ['digits that are no safe integer', '00000000000000000000012345678901234567890'],
    ['text with markup', '<script>alert(1)</script>'],
    ['text beyond ASCII', 'défi ✓ 😀'],
    ['one blank', ' '],
  ])('sends back the challenge unchanged: %s', async (_about, challenge) => {
    const answer = await ask(query({ 'hub.challenge': challenge }));
    expect(answer).toMatchObject({ status: 200, text: challenge });
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expectPlainHeaders(answer);
  });

  it.each([
    ['If-None-Match', '*'],
    ['If-None-Match', '"a"'],
    ['If-Modified-Since', 'Fri, 01 Jan 2100 00:00:00 GMT'],
    ['Range', 'bytes=0-1'],
    ['Accept', 'application/xml'],
  ])('is never answered by a cached or partial answer: %s %s', async (name, value) => {
    expect(await ask(query({}), { headers: { [name]: value } })).toMatchObject({ status: 200, text: '1158201444' });
  });

  it.each<[string, () => string]>([
    ['another token', () => query({ 'hub.verify_token': `${VERIFY_TOKEN}x` })],
    ['the token in another case', () => query({ 'hub.verify_token': VERIFY_TOKEN.toUpperCase() })],
    ['no token', () => query({ 'hub.verify_token': undefined })],
    ['a blank token', () => query({ 'hub.verify_token': '' })],
    ['the token twice', () => `${query({})}&hub.verify_token=${VERIFY_TOKEN}`],
    ['another mode', () => query({ 'hub.mode': 'unsubscribe' })],
    ['no mode', () => query({ 'hub.mode': undefined })],
    ['no challenge', () => query({ 'hub.challenge': undefined })],
    ['an empty challenge', () => query({ 'hub.challenge': '' })],
    ['two challenges', () => `${query({})}&hub.challenge=2`],
    ['a challenge as hub.challenge[]', () => `${query({ 'hub.challenge': undefined })}&hub.challenge[]=1`],
    ['a challenge as hub[challenge]', () => `${query({ 'hub.challenge': undefined })}&hub[challenge]=1`],
    ['names with underscores', () => query({ 'hub.mode': undefined }).replaceAll('hub.', 'hub_')],
    ['names of Object.prototype', () => `${service.webhookUrl}?__proto__=1&constructor=2&toString=3`],
    ['1,500 parameters before the right ones', () => query({}).replace('?', `?${'a&'.repeat(1500)}`)],
    ['nothing', () => service.webhookUrl],
  ])('refuses %s', async (_about, url) => {
    const answer = await ask(url());
    expectRefusal(answer, 'verification_refused');
    expectPlainHeaders(answer);
  });
});

describe('a signed POST', () => {
  it('is stored as an event before its 200, which has no body', async () => {
    const { body, digits, value } = nameUpdate();
    const records = await storedBy(async () => {
      expect(await postSigned(service.webhookUrl, body)).toMatchObject({ status: 200, text: '' });
    });
    expect(records).toHaveLength(1);
    const { topic, key, headers, value: text } = records[0] ?? {};
    const event = JSON.parse(text ?? '');
    expect({ topic, key }).toEqual({ topic: 'whatsapp.phone-numbers', key: `102290129340398:${digits}` });
    expect(headers).toMatchObject({
      ce_type: 'whatsapp.phone_number_name_update',
      ce_id: event.id,
      ce_subject: digits,
    });
    expect(event).toMatchObject({ time: '2025-02-12T00:43:44Z', app: 'main', data: { value } });
  });

  it.each([
    [
      'a field that is not known',
      'whatsapp.unknown',
      '{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"novel","value":{}}]}]}',
    ],
    ['another object', 'whatsapp.unknown', '{"object":"page","entry":[{"id":"1","messaging":[{"a":1}]}]}'],
    [
      'changed_fields only',
      'whatsapp.unknown',
      '{"object":"whatsapp_business_account","entry":[{"id":"2","changed_fields":["x"]}]}',
    ],
    ['an item its schema refuses', 'whatsapp.dead-letter', nameUpdate({ display_phone_number: 5 }).body],
    ['no JSON', 'whatsapp.dead-letter', 'not JSON'],
    ['no envelope', 'whatsapp.dead-letter', '[1]'],
    ['no bytes', 'whatsapp.dead-letter', ''],
  ])('with %s goes to %s', async (_about, topic, body) => {
    const records = await storedBy(async () => expect((await postSigned(service.webhookUrl, body)).status).toBe(200));
    expect(records.map((record) => record.topic)).toEqual([topic]);
  });

  it('keeps the good items of a batch typed beside a bad one', async () => {
    const [good, bad] = [nameUpdate(), nameUpdate({ display_phone_number: null })];
    const entry = [JSON.parse(good.body).entry[0], JSON.parse(bad.body).entry[0]];
    const body = JSON.stringify({ object: 'whatsapp_business_account', entry });
    const records = await storedBy(() => postSigned(service.webhookUrl, body));
    expect(records.map(({ topic }) => topic)).toEqual(['whatsapp.phone-numbers', 'whatsapp.dead-letter']);
  });

  it('is answered 200 and stored once when it comes again, also at the same time', async () => {
    const { body } = nameUpdate();
    const records = await storedBy(async () => {
      const first = await Promise.all(Array.from({ length: 20 }, () => postSigned(service.webhookUrl, body)));
      const answers = [...first, await postSigned(service.webhookUrl, body)];
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    });
    expect(records).toHaveLength(1);
  });

  it.each([
    ['the older of two secrets', (body: string) => signatureOf(body, SECOND_SECRET)],
    ['hex digits in upper case', (body: string) => `sha256=${signatureOf(body).slice(7).toUpperCase()}`],
  ])('is taken with %s', async (_about, sign) => {
    const { body } = nameUpdate();
    const records = await storedBy(async () => {
      expect((await postUnsigned(service.webhookUrl, body, { 'x-hub-signature-256': sign(body) })).status).toBe(200);
    });
    expect(records).toHaveLength(1);
  });

  it('is taken at /webhook/ too, with a query, in odd header case and in chunks', async () => {
    const bodies = [nameUpdate().body, nameUpdate().body, nameUpdate().body] as const;
    const records = await storedBy(async () => {
      expect((await postSigned(`${service.webhookUrl}/`, bodies[0])).status).toBe(200);
      expect((await postSigned(`${service.webhookUrl}?a=1`, bodies[1])).status).toBe(200);
      const headers = { 'x-hUB-sIGNATURE-256': signatureOf(bodies[2]), 'TRANSFER-encoding': 'chunked' };
      const chunks = [bodies[2].slice(0, 7), bodies[2].slice(7)].map(
        (text) => `${text.length.toString(16)}\r\n${text}\r\n`,
      );
      const { answer } = await askRaw(
        service.publicUrl,
        `${head('POST /webhook HTTP/1.1', headers)}${chunks.join('')}0\r\n\r\n`,
        0,
      );
      expect(answer.status).toBe(200);
    });
    expect(records).toHaveLength(3);
  });
});

describe('a POST that Meta did not sign', () => {
  const { body } = nameUpdate();
  const zeros = '0'.repeat(64);

  it.each<[ErrorCode, string, Record<string, string>]>([
    ['signature_missing', 'no header', {}],
    ['signature_missing', 'an empty header', { 'x-hub-signature-256': '' }],
    ['signature_missing', 'the older SHA-1 header only', { 'x-hub-signature': `sha1=${'0'.repeat(40)}` }],
    ['signature_malformed', 'no prefix', { 'x-hub-signature-256': zeros }],
    ['signature_malformed', 'another algorithm', { 'x-hub-signature-256': `sha512=${zeros}` }],
    ['signature_malformed', 'prefix in upper case', { 'x-hub-signature-256': `SHA256=${zeros}` }],
    ['signature_malformed', '63 digits', { 'x-hub-signature-256': `sha256=${zeros.slice(1)}` }],
    ['signature_malformed', '65 digits', { 'x-hub-signature-256': `sha256=${zeros}0` }],
    ['signature_malformed', 'digits that are no hex', { 'x-hub-signature-256': `sha256=${'g'.repeat(64)}` }],
    [
      'signature_malformed',
      'the right one twice',
      { 'x-hub-signature-256': `${signatureOf(body)}, ${signatureOf(body)}` },
    ],
    ['signature_mismatch', 'a wrong one', { 'x-hub-signature-256': `sha256=${zeros}` }],
    ['signature_mismatch', 'one of another secret', { 'x-hub-signature-256': signatureOf(body, 'another') }],
    ['signature_mismatch', 'one of another body', { 'x-hub-signature-256': signatureOf(`${body} `) }],
    ['signature_mismatch', 'one of the empty secret', { 'x-hub-signature-256': signatureOf(body, '') }],
  ])('gets %s for %s, and nothing is stored', async (code, _about, headers) => {
    const records = await storedBy(async () => {
      const answer = await postUnsigned(service.webhookUrl, body, headers);
      expectRefusal(answer, code);
      expectPlainHeaders(answer);
    });
    expect(records).toEqual([]);
  });

  it('is refused with two signature headers, the right one first or last', async () => {
    for (const order of [
      [signatureOf(body), `sha256=${zeros}`],
      [`sha256=${zeros}`, signatureOf(body)],
      [signatureOf(body), signatureOf(body)],
    ]) {
      const lines = order.map((signature) => `X-Hub-Signature-256: ${signature}\r\n`).join('');
      const request = `POST /webhook HTTP/1.1\r\nHost: h\r\n${lines}Content-Length: ${body.length}\r\n\r\n${body}`;
      expect((await askRaw(service.publicUrl, request)).answer.status).toBe(401);
    }
  });

  it('is answered before its body comes, and not read', async () => {
    for (const framing of [{ 'Content-Length': 1000 }, { 'Transfer-Encoding': 'chunked' }]) {
      const { answer, closed } = await askRaw(service.publicUrl, head('POST /webhook HTTP/1.1', framing));
      expect({ status: answer.status, connection: answer.headers.connection, closed }).toEqual({
        status: 401,
        connection: 'close',
        closed: true,
      });
    }
  });
});

describe('anything else', () => {
  it.each([
    '/',
    '/WEBHOOK',
    '/Webhook',
    '/webhook/x',
    '//webhook',
    '/webhook//',
    '/webhooks',
    '/webhook%2f',
    '/%77ebhook/x',
    '/webhook;x',
    '/x/../webhook/y',
    '/live',
    '/ready',
    '/metrics',
    '/events',
    '/%',
    '/%zz',
    '/favicon.ico',
    '/robots.txt',
    '/.env',
    '/__proto__',
    '/constructor',
  ])('is not found: %s', async (path) => {
    for (const method of ['GET', 'POST']) {
      const { answer } = await askRaw(service.publicUrl, head(`${method} ${path} HTTP/1.1`), 0);
      expectRefusal({ status: answer.status, text: answer.body }, 'not_found');
      expect(answer.headers.allow).toBeUndefined();
    }
  });

  it.each(['HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND', 'QUERY'])(
    'gets 405 at /webhook: %s',
    async (method) => {
      const client = await openRaw(service.publicUrl);
      await client.write(head(`${method} /webhook HTTP/1.1`));
      expect(await client.closed()).toBe(true);
      const [headText = '', body = ''] = client.received().split('\r\n\r\n');
      expect(headText).toMatch(/^HTTP\/1\.1 405 /);
      expect(headText).toContain('\r\nAllow: GET, POST\r\n');
      if (method === 'HEAD') expect(body).toBe('');
      else expectRefusal({ status: 405, text: body }, 'method_not_allowed');
    },
  );

  it('is answered in our form whatever the request target is', async () => {
    for (const target of [
      '*',
      'http://[',
      'http://a:99999999/',
      'http://a:b@c:x/webhook',
      'https://',
      'ftp://a/webhook',
      '/webhook#<b>',
      '/\\webhook',
      '/<script>alert(1)</script>',
      `/${'a'.repeat(8000)}`,
    ]) {
      const { answer, received } = await askRaw(service.publicUrl, head(`GET ${target} HTTP/1.1`), 0);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(Object.keys(JSON.parse(answer.body).error)).toEqual(['code', 'message']);
      expect(received).not.toMatch(/script|<b>|aaaa|Express|DOCTYPE/i);
    }
  });

  it('takes the absolute form of the target', async () => {
    const request = head(
      `GET http://any.test/webhook?hub.mode=subscribe&hub.verify_token=${VERIFY_TOKEN}&hub.challenge=7 HTTP/1.1`,
    );
    expect((await askRaw(service.publicUrl, request, 0)).answer).toMatchObject({ status: 200, body: '7' });
  });

  it('reflects nothing it was sent, but the challenge', async () => {
    const mark = 'm4rk-0f-the-sender';
    const answers = [
      await ask(`${service.publicUrl}/${mark}`),
      await ask(`${service.webhookUrl}?hub.mode=${mark}&hub.verify_token=${mark}&hub.challenge=${mark}`),
      await postUnsigned(service.webhookUrl, mark, { 'x-hub-signature-256': mark, 'x-request-id': mark }),
      await postSigned(service.webhookUrl, mark, { traceparent: mark, origin: `http://${mark}` }),
    ];
    for (const { text, headers } of answers) expect(text + JSON.stringify([...headers])).not.toContain(mark);
  });
});

describe('a POST that fails', () => {
  it('is kept for the operator with its reason, and without what a stranger wrote into its body', async () => {
    const failures = createFailedDeliveries();
    let isDown = false;
    const endpoint = await startTestEndpoint(
      async () => {
        if (isDown) throw new HubcastError('store_unavailable', 'broker-1:9092 refused');
      },
      { onFailed: failures.add },
    );
    const { body } = nameUpdate();
    await postSigned(endpoint.webhookUrl, body);
    await postUnsigned(endpoint.webhookUrl, body, { 'user-agent': 'stranger/1' });
    isDown = true;
    await postSigned(endpoint.webhookUrl, body);
    await endpoint.remove();
    const common = { app: null, accountId: null, field: null, source: '127.0.0.1', traceId: null };
    expect(failures.latest()).toMatchObject([
      {
        ...common,
        outcome: 'store_unavailable',
        diagnosis: 'broker-1:9092 refused',
        bytes: body.length,
        accountId: '102290129340398',
        field: 'phone_number_name_update',
      },
      { ...common, outcome: 'signature_missing', bytes: 0, userAgent: 'stranger/1' },
    ]);
  });
});
