/** What does not speak HTTP as it should, over a raw socket. Whatever comes, the next request is served as ever. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { OutgoingRecord } from '../../../src/records/record.ts';
import { askRaw, head, openRaw, type RawClient } from '../../support/raw-http.ts';
import { nameUpdate, postSigned, signatureOf } from '../../support/signed-request.ts';
import { MIB, startTestEndpoint, type TestEndpoint } from '../../support/start-endpoint.ts';
import { until } from '../../support/until.ts';

const FORGED = { 'X-Hub-Signature-256': `sha256=${'0'.repeat(64)}` };
const POST = 'POST /webhook HTTP/1.1';
const chunked = (...pieces: string[]) => pieces.map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`).join('');
const signedHead = (body: string, headers: Record<string, string | number> = {}) =>
  head(POST, { 'X-Hub-Signature-256': signatureOf(body), 'Content-Length': body.length, ...headers });

let endpoint: TestEndpoint;
let stored: OutgoingRecord[] = [];
/** The store answers when this does. */
let storeAnswers: Promise<void> = Promise.resolve();
const clients: RawClient[] = [];

beforeAll(async () => {
  endpoint = await startTestEndpoint(
    async (records) => {
      await storeAnswers;
      stored.push(...records);
    },
    { headersTimeoutMs: 400, requestTimeoutMs: 900, keepAliveTimeoutMs: 300, stuckTimeoutMs: 1500 },
  );
});
afterAll(() => endpoint.remove());

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  storeAnswers = Promise.resolve();
  stored = [];
  expect((await postSigned(endpoint.webhookUrl, nameUpdate().body)).status).toBe(200);
  expect(stored).toHaveLength(1);
  expect(endpoint.admission.bytes()).toBe(0);
  stored = [];
});

async function open(): Promise<RawClient> {
  const client = await openRaw(endpoint.url);
  clients.push(client);
  return client;
}

function isOurs(text: string, code: string): boolean {
  return JSON.parse(text).error.code === code;
}

describe('what is not HTTP', () => {
  it.each([
    ['garbage', 'garbage\r\n\r\n'],
    ['binary garbage', '\u0000\u0001\u00ff\u00fe\r\n\r\n'],
    ['a TLS client hello', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003'],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['HTTP/0.9', 'GET /webhook\r\n\r\n'],
    ['HTTP/0.9 with a Host', head('GET /webhook HTTP/0.9')],
    ['HTTP/2.0 in the request line', head('GET /webhook HTTP/2.0')],
    ['HTTP/1.9', head('GET /webhook HTTP/1.9')],
    ['a method in lower case', head('post /webhook HTTP/1.1')],
    ['an unknown method', head('METASEND /webhook HTTP/1.1')],
    ['a target that is no path', head('GET webhook HTTP/1.1')],
    ['a NUL in the target', head('GET /web\u0000hook HTTP/1.1')],
    ['no Host', 'GET /webhook HTTP/1.1\r\n\r\n'],
    ['two Hosts', 'GET /webhook HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n'],
    ['two Hosts that agree', 'GET /webhook HTTP/1.1\r\nHost: h\r\nhOST: h\r\n\r\n'],
    [
      'chunks over HTTP/1.0',
      `${head('POST /webhook HTTP/1.0', { ...FORGED, 'Transfer-Encoding': 'chunked' })}2\r\n{}\r\n0\r\n\r\n`,
    ],
    ['line feeds only', 'GET /webhook HTTP/1.1\nHost: h\n\n'],
    ['a bare carriage return', 'GET /webhook HTTP/1.1\rHost: h\r\n\r\n'],
    ['a space before a colon', 'GET /webhook HTTP/1.1\r\nHost : h\r\n\r\n'],
    ['a folded header', 'GET /webhook HTTP/1.1\r\n folded: h\r\n\r\n'],
    ['a header without a colon', 'GET /webhook HTTP/1.1\r\nHost: h\r\nnothing\r\n\r\n'],
    ['a NUL in a header', 'GET /webhook HTTP/1.1\r\nHost: h\u0000\r\n\r\n'],
    ['both lengths', `${head(POST, { ...FORGED, 'Content-Length': 5, 'Transfer-Encoding': 'chunked' })}0\r\n\r\n`],
    [
      'both lengths the other way round',
      `${head(POST, { ...FORGED, 'Transfer-Encoding': 'chunked', 'Content-Length': 5 })}0\r\n\r\n`,
    ],
    ['two lengths that agree', `${head(POST, { ...FORGED, 'Content-Length': 2, 'content-length': 2 })}{}`],
    ['two lengths that differ', `${head(POST, { ...FORGED, 'Content-Length': 2, 'content-length': 20 })}{}`],
    ['a list of lengths', `${head(POST, { ...FORGED, 'Content-Length': '2, 2' })}{}`],
    ['a negative length', head(POST, { ...FORGED, 'Content-Length': -1 })],
    ['a length with a sign', head(POST, { ...FORGED, 'Content-Length': '+2' })],
    ['a length in hex', head(POST, { ...FORGED, 'Content-Length': '0x2' })],
    ['an empty length', head(POST, { ...FORGED, 'Content-Length': '' })],
    ['a length beyond 64 bits', head(POST, { ...FORGED, 'Content-Length': '9'.repeat(30) })],
    ['a transfer coding that is not chunked', `${head(POST, { ...FORGED, 'Transfer-Encoding': 'xchunked' })}0\r\n\r\n`],
    ['chunked before another coding', `${head(POST, { ...FORGED, 'Transfer-Encoding': 'chunked, gzip' })}0\r\n\r\n`],
    [
      'chunked twice in two headers',
      `${head(POST, { ...FORGED, 'Transfer-Encoding': 'identity', 'transfer-encoding': 'x' })}0\r\n\r\n`,
    ],
    ['a bad chunk size', `${head(POST, { ...FORGED, 'Transfer-Encoding': 'chunked' })}xyz\r\n{}\r\n0\r\n\r\n`],
    ['a negative chunk size', `${head(POST, { ...FORGED, 'Transfer-Encoding': 'chunked' })}-2\r\n{}\r\n0\r\n\r\n`],
    [
      'a chunk size beyond 64 bits',
      `${head(POST, { ...FORGED, 'Transfer-Encoding': 'chunked' })}${'f'.repeat(20)}\r\n{}`,
    ],
    ['a chunk longer than it says', `${head(POST, { ...FORGED, 'Transfer-Encoding': 'chunked' })}1\r\n{}\r\n0\r\n\r\n`],
    [
      'chunk extensions of 20 kB',
      `${head(POST, { ...FORGED, 'Transfer-Encoding': 'chunked' })}1;${'x'.repeat(20_000)}\r\n`,
    ],
  ])('is refused with 400 and the connection closed: %s', async (_about, bytes) => {
    const { answer, closed } = await askRaw(endpoint.url, Buffer.from(bytes, 'latin1'));
    expect(answer).toMatchObject({ status: 400, headers: { connection: 'close' } });
    expect(isOurs(answer.body, 'malformed_request')).toBe(true);
    expect(closed).toBe(true);
    expect(stored).toEqual([]);
  });

  it.each([
    ['one of 1 MB in the query', `GET /webhook?${'a'.repeat(MIB)} HTTP/1.1\r\nHost: h\r\n\r\n`],
    ['10,000 query parameters', `GET /webhook?${'a=1&'.repeat(10_000)} HTTP/1.1\r\nHost: h\r\n\r\n`],
    ['a header value of 20 kB', head('GET /webhook HTTP/1.1', { A: 'x'.repeat(20_000) })],
    ['5,000 headers', `GET /webhook HTTP/1.1\r\nHost: h\r\n${'a: b\r\n'.repeat(5000)}\r\n`],
    [
      'trailers of 40 kB',
      `${head(POST, { ...FORGED, 'Transfer-Encoding': 'chunked' })}0\r\n${`A: ${'x'.repeat(1000)}\r\n`.repeat(40)}`,
    ],
  ])('is refused with 431 when the head is too long: %s', async (_about, bytes) => {
    const { answer, closed } = await askRaw(endpoint.url, bytes);
    expect({ status: answer.status, ours: isOurs(answer.body, 'malformed_request'), closed }).toEqual({
      status: 431,
      ours: true,
      closed: true,
    });
  });

  it('is closed without a word when it asks for a tunnel', async () => {
    const client = await open();
    await client.write(head('CONNECT hubcast.test:443 HTTP/1.1'));
    expect(await client.closed()).toBe(true);
    expect(client.received()).toBe('');
  });

  it('a wish to upgrade is ignored, and the body behind it is a body', async () => {
    const { body } = nameUpdate();
    for (const upgrade of ['h2c', 'websocket']) {
      const client = await open();
      await client.write(signedHead(body, { Connection: 'Upgrade', Upgrade: upgrade }) + body);
      expect((await client.answer()).status).toBe(200);
    }
  });
});

describe('a body that does not come as announced', () => {
  it('10 MB announced and one byte sent: 413 at once, closed', async () => {
    const { answer, closed } = await askRaw(
      endpoint.url,
      `${head(POST, { ...FORGED, 'Content-Length': 10_000_000 })}{`,
    );
    // Had it waited for the body, REQUEST_TIMEOUT_MS would have made it a 408.
    expect({ status: answer.status, closed }).toEqual({ status: 413, closed: true });
  });

  it.each([
    ['by its length', (body: string) => signedHead(body) + body.slice(0, -1)],
    [
      'in its chunks',
      (body: string) =>
        head(POST, { 'X-Hub-Signature-256': signatureOf(body), 'Transfer-Encoding': 'chunked' }) + chunked(body),
    ],
  ])('ended by the sender before it is whole, %s: 400, nothing stored', async (_about, request) => {
    const client = await open();
    await client.write(request(nameUpdate().body));
    client.socket.end();
    expect((await client.answer()).status).toBe(400);
    expect(await client.closed()).toBe(true);
    expect(stored).toEqual([]);
  });

  it('chunks that end without the last one are cut by the time-out', async () => {
    const { body } = nameUpdate();
    const client = await open();
    await client.write(
      head(POST, { 'X-Hub-Signature-256': signatureOf(body), 'Transfer-Encoding': 'chunked' }) + chunked(body),
    );
    expect((await client.answer()).status).toBe(408);
    expect(stored).toEqual([]);
  });

  it('more than announced is the next request, and refused as one', async () => {
    const { body } = nameUpdate();
    const client = await open();
    await client.write(`${signedHead(body)}${body}and more\r\n\r\n`);
    expect((await client.answer()).status).toBe(200);
    expect((await client.answer()).status).toBe(400);
    expect(await client.closed()).toBe(true);
    expect(stored).toHaveLength(1);
  });

  it('in chunks of one byte is refused before it costs memory', async () => {
    const client = await open();
    await client.write(head(POST, { ...FORGED, 'Transfer-Encoding': 'chunked' }));
    const rssBefore = process.memoryUsage().rss;
    for (let sent = 0; sent < 3 * MIB && !client.socket.destroyed; sent += 50_000)
      await Promise.race([client.write('1\r\nx\r\n'.repeat(50_000)), client.closed()]);
    expect(await client.closed()).toBe(true);
    expect(process.memoryUsage().rss - rssBefore).toBeLessThan(200 * MIB);
    expect(endpoint.logText()).toMatch(/The first \d+ bytes came in \d+ pieces\./);
  });

  it('of 3 MiB in packets of ordinary size is taken', async () => {
    // With ten seconds for it: 2,247 packets take their while on a busy machine.
    const patient = await startTestEndpoint(async (records) => void stored.push(...records));
    const { body } = nameUpdate({ padding: 'x'.repeat(3 * MIB - 1000) });
    const client = await openRaw(patient.url);
    clients.push(client);
    client.socket.setNoDelay(true);
    await client.write(signedHead(body));
    for (let at = 0; at < body.length; at += 1400) await client.write(body.slice(at, at + 1400));
    try {
      expect((await client.answer()).status).toBe(200);
      expect(stored).toHaveLength(1);
      expect(patient.admission.bytes()).toBe(0);
    } finally {
      await patient.remove();
    }
  });

  it('unsigned and without end is not read: the connection is closed within its first packets', async () => {
    const client = await open();
    await client.write(head(POST, { 'Transfer-Encoding': 'chunked' }));
    let sent = 0;
    const piece = chunked('x'.repeat(65_536));
    while (!client.socket.destroyed && sent < 200 * MIB) {
      await Promise.race([client.write(piece), client.closed(2000)]);
      sent += piece.length;
    }
    expect(sent).toBeLessThan(20 * MIB);
    expect(client.received()).toContain('HTTP/1.1 401');
  });

  it('behind a GET is not read either', async () => {
    for (const target of ['/webhook', '/']) {
      const { answer, closed } = await askRaw(
        endpoint.url,
        `${head(`GET ${target} HTTP/1.1`, { 'Content-Length': 1_000_000 })}abc`,
      );
      expect({ connection: answer.headers.connection, closed }).toEqual({ connection: 'close', closed: true });
    }
  });
});

describe('slow senders', () => {
  it('of headers are cut by HEADERS_TIMEOUT_MS', async () => {
    const client = await open();
    await client.write('POST /webhook HTTP/1.1\r\nHost: h\r\n');
    const drip = setInterval(() => void client.write('a: b\r\n'), 50);
    expect(await client.closed()).toBe(true);
    clearInterval(drip);
    expect(client.received()).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('of bodies are cut by REQUEST_TIMEOUT_MS, and their room is given back', async () => {
    const { body } = nameUpdate();
    const client = await open();
    await client.write(signedHead(body) + body.slice(0, 10));
    await until(() => endpoint.admission.bytes() > 0);
    expect((await client.answer()).status).toBe(408);
    expect(await client.closed()).toBe(true);
    expect(endpoint.admission.bytes()).toBe(0);
    expect(endpoint.logText()).toContain('"outcome":"body_incomplete"');
  });

  it('that say nothing are cut, many of them at once, while others are served', async () => {
    const silent = await Promise.all(Array.from({ length: 300 }, open));
    for (const client of silent.slice(0, 100)) await client.write('POST /webhook HT');
    for (const client of silent.slice(100, 200))
      await client.write(`${head(POST, { ...FORGED, 'Content-Length': 100_000 })}x`);
    expect((await postSigned(endpoint.webhookUrl, nameUpdate().body)).status).toBe(200);
    expect((await Promise.all(silent.map((client) => client.closed()))).every(Boolean)).toBe(true);
  });

  it('whose connection is idle between requests are closed by KEEP_ALIVE_TIMEOUT_MS', async () => {
    const { body } = nameUpdate();
    const client = await open();
    await client.write(signedHead(body) + body);
    expect((await client.answer()).headers.connection).toBe('keep-alive');
    expect(await client.closed(300 + 1500)).toBe(true);
  });

  it('that never read their answers are cut', async () => {
    const client = await open();
    client.socket.pause();
    const requests = head('GET /webhook?hub.mode=subscribe HTTP/1.1').repeat(1000);
    const closed = new Promise((resolve) => client.socket.once('close', resolve));
    const ended = { now: false };
    void closed.then(() => {
      ended.now = true;
    });
    for (let count = 0; count < 100 && !ended.now; count += 1)
      await Promise.race([client.write(requests), closed, sleep(300, undefined, { ref: false })]);
    await Promise.race([closed, sleep(8000, undefined, { ref: false })]);
    expect(ended.now).toBe(true);
  }, 30_000);
});

describe('several requests on one connection', () => {
  it('sent at once are answered in order, and each is stored', async () => {
    const good = [nameUpdate().body, nameUpdate().body] as const;
    const client = await open();
    await client.write(
      `${signedHead(good[0])}${good[0]}${head(POST, { ...FORGED, 'Content-Length': 2 })}{}${signedHead(good[1])}${good[1]}`,
    );
    expect([await client.answer(), await client.answer(), await client.answer()].map(({ status }) => status)).toEqual([
      200, 401, 200,
    ]);
    expect(stored).toHaveLength(2);
  });

  it('what is malformed behind a request that the store has not answered yet is answered after it', async () => {
    const store = Promise.withResolvers<void>();
    storeAnswers = store.promise;
    const { body } = nameUpdate();
    const client = await open();
    await client.write(`${signedHead(body)}${body}garbage\r\n\r\n`);
    await until(() => endpoint.admission.requests() === 1);
    expect(client.received()).toBe('');
    store.resolve();
    expect((await client.answer()).status).toBe(200);
    expect((await client.answer()).status).toBe(400);
    expect(await client.closed()).toBe(true);
    expect(stored).toHaveLength(1);
  });

  it('a bad chunk in the second does not take the answer of the first', async () => {
    const store = Promise.withResolvers<void>();
    storeAnswers = store.promise;
    const { body } = nameUpdate();
    const client = await open();
    await client.write(`${signedHead(body)}${body}${head(POST, { ...FORGED, 'Transfer-Encoding': 'chunked' })}zz\r\n`);
    await until(() => endpoint.admission.requests() === 1);
    store.resolve();
    expect((await client.answer()).status).toBe(200);
    expect((await client.answer()).status).toBe(400);
    expect(await client.closed()).toBe(true);
  });

  it('hidden in the body of another is not seen', async () => {
    const { body } = nameUpdate();
    const smuggled = `${signedHead(body)}${body}`;
    const client = await open();
    await client.write(`${head(POST, { ...FORGED, 'Content-Length': smuggled.length })}${smuggled}`);
    expect((await client.answer()).status).toBe(401);
    // The answer that comes next is that of the next request.
    await client.write(head('GET /webhook HTTP/1.1'));
    expect((await client.answer()).status).toBe(403);
    expect(stored).toEqual([]);
  });

  it('behind one whose body was not read is not seen: the connection is closed', async () => {
    const { body } = nameUpdate();
    const client = await open();
    await client.write(`${head(POST, { 'Content-Length': 2 })}{}${signedHead(body)}${body}`);
    expect((await client.answer()).status).toBe(401);
    expect(await client.closed()).toBe(true);
    expect(client.received().match(/HTTP\/1\.1/g)).toHaveLength(1);
  });
});

describe('Expect: 100-continue', () => {
  it('is answered with 100 when the body is wanted, then with what became of it', async () => {
    const { body } = nameUpdate();
    const client = await open();
    await client.write(signedHead(body, { Expect: '100-Continue' }));
    expect((await client.answer()).status).toBe(100);
    await client.write(body);
    expect((await client.answer()).status).toBe(200);
    expect(stored).toHaveLength(1);
  });

  it.each([
    ['unsigned', head(POST, { Expect: '100-continue', 'Content-Length': 10 }), 401],
    ['too large', head(POST, { ...FORGED, Expect: '100-continue', 'Content-Length': 10_000_000 }), 413],
    ['for nothing', head('POST / HTTP/1.1', { Expect: '100-continue', 'Content-Length': 10 }), 404],
    ['with PUT', head('PUT /webhook HTTP/1.1', { Expect: '100-continue', 'Content-Length': 10 }), 405],
  ])('is not answered with 100 when the body is refused: %s', async (_about, bytes, status) => {
    const { answer, closed } = await askRaw(endpoint.url, bytes);
    expect({ status: answer.status, closed }).toEqual({ status, closed: true });
  });

  it('is not answered with 100 over HTTP/1.0, and another expectation is ignored', async () => {
    const { body } = nameUpdate();
    const old = signedHead(body, { Expect: '100-continue' }).replace('HTTP/1.1', 'HTTP/1.0');
    expect((await askRaw(endpoint.url, old + body)).answer.status).toBe(200);
    expect((await askRaw(endpoint.url, signedHead(body, { Expect: 'the-best' }) + body, 0)).answer.status).toBe(200);
  });
});

describe('a sender that is gone before its answer', () => {
  it.each(['reset', 'closed'])('(%s) leaves its events stored, and nothing crashes', async (how) => {
    const store = Promise.withResolvers<void>();
    storeAnswers = store.promise;
    const { body } = nameUpdate();
    const client = await open();
    await client.write(signedHead(body) + body);
    await until(() => endpoint.admission.bytes() > 0);
    if (how === 'reset') client.socket.resetAndDestroy();
    else client.socket.destroy();
    await until(() => endpoint.connections() === 0);
    store.resolve();
    await until(() => endpoint.admission.bytes() === 0);
    expect(stored).toHaveLength(1);
  });

  it('in the middle of its body leaves nothing', async () => {
    for (let count = 0; count < 20; count += 1) {
      const { body } = nameUpdate();
      const client = await open();
      await client.write(signedHead(body) + body.slice(0, 20));
      client.socket.resetAndDestroy();
    }
    await until(() => endpoint.connections() === 0);
    expect(stored).toEqual([]);
    expect(endpoint.admission.bytes()).toBe(0);
  });
});
