import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { askRaw, head } from '../../support/raw-http.ts';
import { ask, nameUpdate, postSigned } from '../../support/signed-request.ts';
import { startTestService, type TestService, VERIFY_TOKEN } from '../../support/start-service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.remove());

const handshake = `/webhook?hub.mode=subscribe&hub.verify_token=${VERIFY_TOKEN}&hub.challenge=%3Cscript%3E`;

describe('what every answer says, and does not say', () => {
  it.each([
    ['a handshake', () => ask(service.publicUrl + handshake)],
    ['a refused handshake', () => ask(`${service.webhookUrl}?hub.mode=x`)],
    ['a path that is not there', () => ask(`${service.publicUrl}/<script>`)],
    ['a method that is not taken', () => ask(service.webhookUrl, { method: 'DELETE' })],
    ['an unsigned body', () => ask(service.webhookUrl, { method: 'POST', body: '{}' })],
    ['/ready', () => ask(`${service.internalUrl}/ready`)],
    ['/openapi.json', () => ask(`${service.internalUrl}/openapi.json`)],
    ['a refused look-up', () => ask(`${service.internalUrl}/phone-numbers?fields=<script>`)],
    ['an internal path that is not there', () => ask(`${service.internalUrl}/<script>`)],
  ])('%s', async (what, asking) => {
    const { headers, text } = await asking();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toContain('no-');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect([headers.get('server'), headers.get('x-powered-by'), headers.get('etag')?.slice(0, 0)]).toEqual([
      null,
      null,
      what === '/openapi.json' ? headers.get('etag')?.slice(0, 0) : undefined,
    ]);
    // The challenge is the only input that comes back, as plain text.
    if (what === 'a handshake') {
      expect({ text, type: headers.get('content-type') }).toEqual({
        text: '<script>',
        type: 'text/plain; charset=utf-8',
      });
    } else expect(text.includes('<script>')).toBe(false);
  });

  it('what is no HTTP has them too', async () => {
    const { answer } = await askRaw(service.publicUrl, 'nonsense\r\n\r\n');
    expect(answer.status).toBe(400);
    expect(answer.headers).toMatchObject({ 'content-security-policy': "default-src 'none'; frame-ancestors 'none'" });
  });

  it('an answer to a stored delivery has nothing but its status', async () => {
    const { status, headers, text } = await postSigned(service.webhookUrl, nameUpdate().body);
    expect({ status, text, names: [...headers.keys()].sort() }).toEqual({
      status: 200,
      text: '',
      names: ['connection', 'content-length', 'date', 'keep-alive'],
    });
  });
});

describe('limits of a request head', () => {
  const headers = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`X-${n}`, 'v']));

  it.each([
    ['100 headers', head('GET /webhook HTTP/1.1', headers(99)), 403],
    ['101 headers', head('GET /webhook HTTP/1.1', headers(100)), 400],
    ['a target of 4096 characters', head(`GET /webhook?${'a'.repeat(4096 - 9)} HTTP/1.1`), 403],
    ['a target of 4097 characters', head(`GET /webhook?${'a'.repeat(4097 - 9)} HTTP/1.1`), 400],
    ['headers of more than 16 KiB', head('GET /webhook HTTP/1.1', { 'X-Long': 'a'.repeat(17_000) }), 431],
  ])('%s', async (_what, request, status) => {
    for (const url of [service.publicUrl, service.internalUrl]) {
      const { answer } = await askRaw(url, request, 50);
      const expected = url === service.publicUrl || status !== 403 ? status : answer.status;
      expect({ url, status: answer.status }).toEqual({ url, status: expected });
      expect(answer.status).not.toBe(200);
    }
  });
});
