/** What the public listener refuses because of size, load or a failing store, and that it recovers. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ErrorCode, HubcastError } from '../../../src/core/errors.ts';
import { expectPlainHeaders, expectRefusal } from '../../support/expect-answer.ts';
import { askRaw, head, openRaw } from '../../support/raw-http.ts';
import { type Answer, nameUpdate, postSigned, postUnsigned, signatureOf } from '../../support/signed-request.ts';
import { MIB, startTestEndpoint } from '../../support/start-endpoint.ts';
import { startTestService, type TestService } from '../../support/start-service.ts';
import { until } from '../../support/until.ts';

describe('a body over the limit', () => {
  const LIMIT = 64 * 1024;
  let small: TestService;
  beforeAll(async () => {
    small = await startTestService({ MAX_BODY_BYTES: String(LIMIT) });
  });
  afterAll(() => small.remove());

  it('is taken at the limit, and refused one byte above', async () => {
    const at = nameUpdate({ padding: '' });
    const body = nameUpdate({ padding: 'x'.repeat(LIMIT - at.body.length) }).body;
    expect(body).toHaveLength(LIMIT);
    expect((await postSigned(small.webhookUrl, body)).status).toBe(200);
    expectRefusal(await postSigned(small.webhookUrl, `${body} `), 'body_too_large');
    expect(await small.records()).toHaveLength(1);
  });

  it('is refused by its declared length before a byte of it is sent, signed or not', async () => {
    for (const extra of [{ 'X-Hub-Signature-256': `sha256=${'0'.repeat(64)}` }, {}, { Expect: '100-continue' }]) {
      const { answer, closed, received } = await askRaw(
        small.publicUrl,
        head('POST /webhook HTTP/1.1', { ...extra, 'Content-Length': LIMIT + 1 }),
      );
      expectRefusal({ status: answer.status, text: answer.body }, 'body_too_large');
      expect({ connection: answer.headers.connection, closed }).toEqual({ connection: 'close', closed: true });
      expect(received).not.toContain('100 Continue');
    }
  });

  it('is refused while it streams in chunks, as soon as it is too long', async () => {
    const client = await openRaw(small.publicUrl);
    const headers = { 'X-Hub-Signature-256': `sha256=${'0'.repeat(64)}`, 'Transfer-Encoding': 'chunked' };
    await client.write(head('POST /webhook HTTP/1.1', headers));
    const chunk = `1000\r\n${'x'.repeat(0x1000)}\r\n`;
    for (let sent = 0; sent <= LIMIT; sent += 0x1000) await client.write(chunk);
    const answer = await client.answer();
    expectRefusal({ status: answer.status, text: answer.body }, 'body_too_large');
    expect(await client.closed()).toBe(true);
  });
});

describe('when the events cannot be taken', () => {
  it.each<[string, ErrorCode, () => Promise<never>]>([
    [
      'the store is unavailable',
      'store_unavailable',
      async () => {
        throw new HubcastError('store_unavailable', 'broker-1:9092 refused');
      },
    ],
    [
      'the deadline passed',
      'write_timed_out',
      async () => {
        throw new HubcastError('write_timed_out', 'too slow');
      },
    ],
    [
      'the store is full',
      'store_full',
      async () => {
        throw new HubcastError('store_full', '/var/data is full');
      },
    ],
    [
      'the service stops',
      'shutting_down',
      async () => {
        throw new HubcastError('shutting_down', 'closing');
      },
    ],
  ])('because %s, the answer is 503 and Retry-After', async (_about, code, append) => {
    const endpoint = await startTestEndpoint(append);
    const answer = await postSigned(endpoint.webhookUrl, nameUpdate().body);
    expectRefusal(answer, code);
    expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    expectPlainHeaders(answer);
    expect(endpoint.admission.bytes()).toBe(0);
    await endpoint.remove();
  });

  it('a fault of ours is a 500 without detail, and the log has the stack', async () => {
    const endpoint = await startTestEndpoint(async () => {
      throw new TypeError('inner detail');
    });
    const answer = await postSigned(endpoint.webhookUrl, nameUpdate().body);
    expectRefusal(answer, 'internal');
    expect(endpoint.logText()).toContain('inner detail');
    expect(endpoint.logText()).toContain('limits.test.ts');
    await endpoint.remove();
  });

  it('a full journal is 503 until it has admission, unsigned requests are 401 as before, and nothing it said 200 to is missing', async () => {
    const tiny = await startTestService({ JOURNAL_MAX_BYTES: String(4 * MIB) });
    const big = { padding: 'x'.repeat(500_000) };
    let taken = 0;
    let last: Answer | undefined;
    for (let count = 0; count < 20; count += 1) {
      last = await postSigned(tiny.webhookUrl, nameUpdate(big).body);
      if (last.status !== 200) break;
      taken += 1;
    }
    expectRefusal(last as Answer, 'store_full');
    expect(last?.headers.get('retry-after')).not.toBeNull();
    expectRefusal(await postUnsigned(tiny.webhookUrl, 'x'), 'signature_missing');
    expect(await tiny.records()).toHaveLength(taken);
    expect(taken).toBeGreaterThan(3);
    await tiny.remove();
  });
});

describe('room for bodies', () => {
  it('is full when bodies that wait for the store hold it: 503 and Retry-After, and taken again when they are gone', async () => {
    const stored: unknown[] = [];
    const storeAnswers = Promise.withResolvers<void>();
    const endpoint = await startTestEndpoint(
      async (records) => {
        stored.push(...records);
        if (stored.length === 1) await storeAnswers.promise;
      },
      { maxBodyBytes: MIB, maxInFlightBytes: MIB },
    );
    const { body } = nameUpdate({ padding: 'x'.repeat(900_000) });
    const waiting = postSigned(endpoint.webhookUrl, body);
    await until(() => stored.length > 0);
    // Long enough for an unfinished body to be cut.
    endpoint.skip(600);

    const large = nameUpdate({ padding: 'x'.repeat(500_000) }).body;
    const refused = await postSigned(endpoint.webhookUrl, large);
    expectRefusal(refused, 'overloaded');
    expect(refused.headers.get('retry-after')).not.toBeNull();
    const headers = { 'X-Hub-Signature-256': signatureOf(large), 'Content-Length': large.length };
    const announced = await askRaw(
      endpoint.url,
      head('POST /webhook HTTP/1.1', { ...headers, Expect: '100-continue' }),
    );
    expect({ status: announced.answer.status, closed: announced.closed }).toEqual({ status: 503, closed: true });
    expect((await postSigned(endpoint.webhookUrl, nameUpdate().body)).status).toBe(200);

    storeAnswers.resolve();
    expect((await waiting).status).toBe(200);
    expect(endpoint.admission.bytes()).toBe(0);
    expect((await postSigned(endpoint.webhookUrl, large)).status).toBe(200);
    expect(stored).toHaveLength(3);
    await endpoint.remove();
  });

  it('is not held by bodies that stop just before their end: they are cut for a signed one that comes', async () => {
    const endpoint = await startTestEndpoint(async () => undefined);
    const headers = { 'X-Hub-Signature-256': `sha256=${'0'.repeat(64)}`, 'Content-Length': 3 * MIB };
    const almost = Buffer.alloc(3 * MIB - 1, 'a');
    const parked = await Promise.all(Array.from({ length: 21 }, () => openRaw(endpoint.url)));
    for (const client of parked) {
      await client.write(head('POST /webhook HTTP/1.1', headers));
      void client.write(almost);
    }
    await until(() => endpoint.admission.bytes() === parked.length * almost.length);
    endpoint.skip(500);

    const large = nameUpdate({ padding: 'x'.repeat(2_000_000) }).body;
    for (let count = 0; count < 5; count += 1) {
      expect((await postSigned(endpoint.webhookUrl, nameUpdate().body)).status).toBe(200);
      expect((await postSigned(endpoint.webhookUrl, large)).status).toBe(200);
      expect(endpoint.admission.bytes()).toBeLessThanOrEqual(64 * MIB);
    }
    // No more than were needed are cut.
    const cut = parked.filter((client) => client.received() !== '');
    expect(cut).toHaveLength(1);
    for (const client of cut) {
      const answer = await client.answer();
      expectRefusal({ status: answer.status, text: answer.body }, 'overloaded');
      expect(answer.headers['retry-after']).toBeDefined();
      expect(await client.closed()).toBe(true);
    }
    expect(endpoint.logText()).toContain('came too slowly while others needed its bytes');
    for (const client of parked) client.destroy();
    await until(() => endpoint.admission.bytes() === 0);
    await endpoint.remove();
  });

  it('is not held by bodies that go on byte by byte, nor by chunked ones without an end', async () => {
    const endpoint = await startTestEndpoint(async () => undefined, { maxBodyBytes: MIB, maxInFlightBytes: MIB });
    const forged = { 'X-Hub-Signature-256': `sha256=${'0'.repeat(64)}` };
    const dribbler = await openRaw(endpoint.url);
    await dribbler.write(head('POST /webhook HTTP/1.1', { ...forged, 'Content-Length': MIB }) + 'a'.repeat(500_000));
    const endless = await openRaw(endpoint.url);
    await endless.write(head('POST /webhook HTTP/1.1', { ...forged, 'Transfer-Encoding': 'chunked' }));
    await endless.write(`${(500_000).toString(16)}\r\n${'a'.repeat(500_000)}\r\n`);
    await until(() => endpoint.admission.bytes() === 1_000_000);
    for (let count = 0; count < 12; count += 1) {
      endpoint.skip(50);
      const before = endpoint.admission.bytes();
      await dribbler.write('a');
      await endless.write('1\r\na\r\n');
      await until(() => endpoint.admission.bytes() === before + 2);
    }
    const large = nameUpdate({ padding: 'x'.repeat(900_000) }).body;
    expect((await postSigned(endpoint.webhookUrl, large)).status).toBe(200);
    for (const client of [dribbler, endless]) expect((await client.answer()).status).toBe(503);
    expect(endpoint.admission.bytes()).toBe(0);
    await endpoint.remove();
  });

  it('is left to a sender of 50 kB/s, while nobody needs it and while others are cut', async () => {
    const endpoint = await startTestEndpoint(async () => undefined, { maxBodyBytes: MIB, maxInFlightBytes: MIB });
    const { body } = nameUpdate({ padding: 'x'.repeat(150_000) });
    const slow = await openRaw(endpoint.url);
    const signed = { 'X-Hub-Signature-256': signatureOf(body), 'Content-Length': body.length };
    await slow.write(head('POST /webhook HTTP/1.1', signed));
    const parked = await openRaw(endpoint.url);
    // It has to fit when it is announced.
    const forged = { 'X-Hub-Signature-256': `sha256=${'0'.repeat(64)}`, 'Content-Length': 900_000 };
    const large = nameUpdate({ padding: 'x'.repeat(300_000) }).body;
    for (let sent = 0; sent < body.length; sent += 5_000) {
      const before = endpoint.admission.bytes();
      await slow.write(body.slice(sent, sent + 5_000));
      if (sent + 5_000 < body.length) await until(() => endpoint.admission.bytes() === before + 5_000);
      if (sent === 50_000) {
        await parked.write(head('POST /webhook HTTP/1.1', forged) + 'a'.repeat(800_000));
        await until(() => endpoint.admission.bytes() === before + 805_000);
      }
      if (sent === 100_000) expect((await postSigned(endpoint.webhookUrl, large)).status).toBe(200);
      endpoint.skip(100);
    }
    expect((await slow.answer()).status).toBe(200);
    expect((await parked.answer()).status).toBe(503);
    expect(endpoint.logText()).toContain('The body was cut after 800000 bytes');
    expect(endpoint.admission.bytes()).toBe(0);
    slow.destroy();
    await endpoint.remove();
  });

  it('is refused to chunked bodies too when it runs out under way, and given back', async () => {
    const endpoint = await startTestEndpoint(async () => undefined, { maxBodyBytes: 2 * MIB, maxInFlightBytes: MIB });
    const client = await openRaw(endpoint.url);
    const headers = { 'X-Hub-Signature-256': `sha256=${'0'.repeat(64)}`, 'Transfer-Encoding': 'chunked' };
    await client.write(head('POST /webhook HTTP/1.1', headers));
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    for (let count = 0; count < 17; count += 1) await client.write(chunk);
    const answer = await client.answer();
    expectRefusal({ status: answer.status, text: answer.body }, 'overloaded');
    expect(await client.closed()).toBe(true);
    expect(endpoint.admission.bytes()).toBe(0);
    await endpoint.remove();
  });

  it('is not held by senders that only announce a body', async () => {
    const endpoint = await startTestEndpoint(async () => undefined, { maxBodyBytes: MIB, maxInFlightBytes: MIB });
    const headers = { 'X-Hub-Signature-256': `sha256=${'0'.repeat(64)}`, 'Content-Length': MIB };
    const silent = await Promise.all(Array.from({ length: 30 }, () => openRaw(endpoint.url)));
    for (const client of silent) await client.write(head('POST /webhook HTTP/1.1', headers));
    expect((await postSigned(endpoint.webhookUrl, nameUpdate().body)).status).toBe(200);
    for (const client of silent) client.destroy();
    await endpoint.remove();
  });

  it('is held until the store has answered', async () => {
    const store = Promise.withResolvers<void>();
    const endpoint = await startTestEndpoint(() => store.promise);
    const { body } = nameUpdate();
    const answer = postSigned(endpoint.webhookUrl, body);
    await until(() => endpoint.admission.requests() === 1);
    expect(endpoint.admission.bytes()).toBe(body.length);
    store.resolve();
    expect((await answer).status).toBe(200);
    expect(endpoint.admission.bytes()).toBe(0);
    await endpoint.remove();
  });
});
