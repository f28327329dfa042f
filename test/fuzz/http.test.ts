/** Any bytes on the socket, any header, any query: an answer of ours or a closed connection, and the next request works. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { askRaw, openRaw } from '../support/raw-http.ts';
import { nameUpdate, postSigned, signatureOf } from '../support/signed-request.ts';
import { startTestService, type TestService, VERIFY_TOKEN } from '../support/start-service.ts';
import { LONG_MS, rounds } from './rounds.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ HEADERS_TIMEOUT_MS: '300', REQUEST_TIMEOUT_MS: '300', LOG_LEVEL: 'trace' });
});
afterAll(() => service.remove());

const ANSWERS = new Set([200, 400, 401, 403, 404, 405, 408, 413, 431, 503]);

const token = fc.stringMatching(/^[A-Za-z-]{1,12}$/);
const method = fc.oneof(
  fc.constantFrom('GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'TRACE', 'CONNECT', 'get', 'PRI'),
  token,
);
const target = fc.oneof(
  fc.constantFrom(
    '/webhook',
    '/webhook/',
    '/webhook?',
    '*',
    '/',
    '//webhook',
    'http://x/webhook',
    '/webhook/%',
    '/live',
    '/%2e%2e/webhook',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }).map((text) => `/${text}`),
);
const version = fc.constantFrom('HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/9.9', 'http/1.1', '');
const headerName = fc.oneof(
  fc.constantFrom(
    'Host',
    'Content-Length',
    'Transfer-Encoding',
    'X-Hub-Signature-256',
    'Connection',
    'Expect',
    'Upgrade',
    'traceparent',
    'Content-Encoding',
  ),
  token,
  fc.string({ unit: 'binary', maxLength: 5 }),
);
const headerValue = fc.oneof(
  fc.constantFrom(
    'x',
    '0',
    '2',
    '-1',
    '1e3',
    '99999999999',
    '2, 2',
    'chunked',
    'chunked, chunked',
    'identity',
    'close',
    'upgrade',
    '100-continue',
    'websocket',
    signatureOf('{}'),
  ),
  fc.string({ unit: 'binary', maxLength: 30 }),
);
const body = fc.oneof(
  fc.constantFrom('', '{}', '0\r\n\r\n', '2\r\n{}\r\n0\r\n\r\n', 'fffffffffffffffff\r\n'),
  fc.string({ maxLength: 30 }),
);
const request = fc
  .record({
    method,
    target,
    version,
    headers: fc.array(fc.tuple(headerName, headerValue), { maxLength: 6 }),
    end: fc.constantFrom('\r\n', '\n', '\r', ''),
    body,
  })
  .map(({ method: verb, target: at, version: spoken, headers, end, body: text }) =>
    Buffer.from(
      `${verb} ${at} ${spoken}${end}${headers.map(([name, value]) => `${name}: ${value}${end}`).join('')}${end}${text}`,
      'latin1',
    ),
  );
const bytes = fc.oneof(
  request,
  fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
  fc.array(request, { minLength: 2, maxLength: 4 }).map((several) => Buffer.concat(several)),
);

async function survives(url: string, sent: Buffer): Promise<void> {
  const client = await openRaw(url);
  try {
    await client.write(sent);
    client.socket.end();
    expect(await client.closed(5000)).toBe(true);
    for (const [, status] of client.received().matchAll(/(?:^|\r\n\r\n|\})HTTP\/1\.1 (\d{3})/g)) {
      if (status !== '100') expect(ANSWERS).toContain(Number(status));
    }
    const text = client.received();
    expect(text === '' || text.startsWith('HTTP/1.1 ')).toBe(true);
  } finally {
    client.destroy();
  }
}

async function isWell(): Promise<void> {
  expect((await postSigned(service.webhookUrl, nameUpdate().body)).status).toBe(200);
  expect((await fetch(`${service.internalUrl}/live`)).status).toBe(200);
  for (const message of ['request failed', 'hubcast crashed']) expect(service.logged(message)).toEqual([]);
  expect(service.logged('delivery').filter(({ outcome }) => outcome === 'internal')).toEqual([]);
}

describe('the listeners survive', () => {
  it(
    'any bytes',
    async () => {
      await fc.assert(
        fc.asyncProperty(bytes, fc.boolean(), (sent, inside) =>
          survives(inside ? service.internalUrl : service.publicUrl, sent),
        ),
        rounds(300),
      );
      await isWell();
    },
    LONG_MS,
  );

  it(
    'any query: nothing is reflected without the token',
    async () => {
      const part = fc.oneof(
        fc.constantFrom(
          'hub.mode',
          'hub.verify_token',
          'hub.challenge',
          'subscribe',
          '&',
          '=',
          '%',
          '[]',
          '__proto__',
          '+',
        ),
        fc.string({ unit: 'binary', maxLength: 12 }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(part, { maxLength: 12 }), fc.uuid(), async (parts, marker) => {
          const query = encodeURI([...parts, marker].join('').toWellFormed()).replaceAll('#', '');
          const { answer } = await askRaw(
            service.publicUrl,
            `GET /webhook?${query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
            0,
          );
          expect([400, 403]).toContain(answer.status);
          expect(answer.body).not.toContain(marker);
        }),
        rounds(150),
      );
      await isWell();
    },
    LONG_MS,
  );

  it(
    'any challenge: with the token it comes back as it was',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 50 }), async (challenge) => {
          const query = new URLSearchParams({
            'hub.mode': 'subscribe',
            'hub.verify_token': VERIFY_TOKEN,
            'hub.challenge': challenge,
          });
          const answer = await fetch(`${service.webhookUrl}?${query}`);
          expect(answer.status).toBe(200);
          // As bytes: `text()` would drop a byte order mark.
          expect(Buffer.from(await answer.arrayBuffer()).toString()).toBe(challenge);
          expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
        }),
        rounds(100),
      );
      await isWell();
    },
    LONG_MS,
  );

  it(
    'any header: only the right signature stores',
    async () => {
      const before = (await service.records()).length;
      await fc.assert(
        fc.asyncProperty(
          fc.oneof(fc.string({ unit: 'binary', maxLength: 80 }), fc.stringMatching(/^sha256=[0-9a-fA-F]{62,66}$/)),
          async (signature) => {
            const clean = signature.replace(/[\r\n]/g, '');
            const head = `POST /webhook HTTP/1.1\r\nHost: x\r\nX-Hub-Signature-256: ${clean}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`;
            const { answer } = await askRaw(service.publicUrl, Buffer.from(head, 'latin1'), 0);
            expect([400, 401]).toContain(answer.status);
          },
        ),
        rounds(150),
      );
      expect((await service.records()).length).toBe(before);
      await isWell();
    },
    LONG_MS,
  );
});
