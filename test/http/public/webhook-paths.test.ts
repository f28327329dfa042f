/** A POST gets the same answer whether it goes through Express or around its router. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { HubcastError } from '../../../src/core/errors.ts';
import { appOfTarget } from '../../../src/http/public/webhook-paths.ts';
import type { OutgoingRecord } from '../../../src/records/record.ts';
import { openRaw } from '../../support/raw-http.ts';
import { nameUpdate, postSigned, signatureOf } from '../../support/signed-request.ts';
import { MIB, startTestEndpoint, type TestEndpoint } from '../../support/start-endpoint.ts';

it.each<[string, string | null | undefined]>([
  ['/webhook', null],
  ['/webhook/shop-1_b', 'shop-1_b'],
  ['/webhook/', undefined],
  ['/webhook/shop/', undefined],
  ['/webhook/shop/x', undefined],
  ['/webhook/%61', undefined],
  ['/webhook/é', undefined],
  ['/webhook?x', undefined],
  ['/webhook/shop?x', undefined],
  ['/webhook#x', undefined],
  ['/WEBHOOK', undefined],
  ['/webhookx', undefined],
  ['//webhook', undefined],
  ['/', undefined],
  ['/*', undefined],
])('the target %s is of app %j', (target, app) => expect(appOfTarget(target)).toBe(app));

let endpoint: TestEndpoint;
let stored: OutgoingRecord[] = [];
let storeError: HubcastError | Error | undefined;
beforeAll(async () => {
  endpoint = await startTestEndpoint(
    async (records) => {
      if (storeError !== undefined) throw storeError;
      stored.push(...records);
    },
    { maxBodyBytes: MIB, maxInFlightBytes: MIB },
  );
});
afterAll(() => endpoint.remove());
afterEach(() => {
  stored = [];
  storeError = undefined;
});

const { body } = nameUpdate();
const signed = `X-Hub-Signature-256: ${signatureOf(body)}\r\n`;
const forged = `X-Hub-Signature-256: sha256=${'0'.repeat(64)}\r\n`;
const length = (bytes: number) => `Content-Length: ${bytes}\r\n`;
const chunks = `Transfer-Encoding: chunked\r\n`;
const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
const empty = `X-Hub-Signature-256: ${signatureOf('')}\r\n`;
const noJson = `X-Hub-Signature-256: ${signatureOf('{')}\r\n`;

/** The lines after the request line, and what follows them. */
const REQUESTS: readonly (readonly [string, string, string])[] = [
  ['signed', signed + length(body.length), body],
  ['signed, and closing', `${signed}Connection: close\r\n${length(body.length)}`, body],
  ['signed, in chunks', signed + chunks, chunked],
  ['signed, 100-continue', `${signed}Expect: 100-continue\r\n${length(body.length)}`, body],
  ['signed, an unknown expectation', `${signed}Expect: the-best\r\n${length(body.length)}`, body],
  ['signed, an upgrade', `${signed}Connection: Upgrade\r\nUpgrade: h2c\r\n${length(body.length)}`, body],
  ['signed, without a body', empty, ''],
  ['signed, with an empty body', empty + length(0), ''],
  ['signed, no JSON', noJson + length(1), '{'],
  ['signed, conditional', `${signed}If-None-Match: *\r\n${length(body.length)}`, body],
  ['forged', forged + length(2), '{}'],
  ['forged, in chunks', `${forged}${chunks}`, '2\r\n{}\r\n0\r\n\r\n'],
  ['unsigned', length(2), '{}'],
  ['unsigned, in chunks', chunks, '2\r\n{}\r\n0\r\n\r\n'],
  ['two signatures', signed + signed + length(body.length), body],
  ['a short signature', `X-Hub-Signature-256: sha256=0\r\n${length(2)}`, '{}'],
  ['too large', signed + length(MIB + 1), ''],
  ['a bad chunk', `${forged}${chunks}`, 'zz\r\n'],
  ['two hosts', `Host: i\r\n${signed}${length(body.length)}`, body],
];

async function exchange(target: string, head: string, rest: string): Promise<string> {
  const client = await openRaw(endpoint.url);
  await client.write(`POST ${target} HTTP/1.1\r\nHost: h\r\n${head}\r\n${rest}`);
  let answer = await client.answer();
  if (answer.status === 100) answer = await client.answer();
  const closes = answer.headers.connection === 'close' && (await client.closed());
  client.destroy();
  return `${closes}\n${client.received().replace(/Date: [^\r]+/g, 'Date')}`;
}

describe('the answer on both ways', () => {
  const both = async (head: string, rest: string) => {
    const answers = [];
    for (const target of ['/webhook', '/webhook?', '/webhook/']) answers.push(await exchange(target, head, rest));
    expect(answers).toEqual(Array(3).fill(answers[0]));
    return answers[0];
  };

  it.each(REQUESTS)('is the same: %s', async (_about, head, rest) => {
    expect(await both(head, rest)).toMatch(/HTTP\/1\.1 [2-4]\d\d /);
    expect(endpoint.admission.bytes()).toBe(0);
    expect(stored.length % 3).toBe(0);
  });

  it.each([
    ['is overloaded', () => new HubcastError('overloaded', 'x'), '503'],
    ['is down', () => new HubcastError('store_unavailable', 'x'), '503'],
    ['has a fault', () => new TypeError('x'), '500'],
  ])('is the same when the store %s', async (_about, error, status) => {
    storeError = error();
    expect(await both(signed + length(body.length), body)).toContain(`HTTP/1.1 ${status} `);
  });

  it('is a 500 on both when the delivery cannot even begin', async () => {
    const broken = await startTestEndpoint(async () => undefined, {
      newDeliveryId: () => {
        throw new TypeError('no id');
      },
    });
    for (const target of ['/webhook', '/webhook?']) {
      const answer = await postSigned(broken.url + target, body);
      expect({ status: answer.status, code: JSON.parse(answer.text).error.code }).toEqual({
        status: 500,
        code: 'internal',
      });
    }
    await broken.remove();
  });

  it('is the same for paths of apps that are not there', async () => {
    const answers = [];
    for (const target of ['/webhook/shop', '/webhook/%73hop', '/nothing'])
      answers.push(await exchange(target, signed + length(body.length), body));
    expect(answers).toEqual(Array(3).fill(expect.stringContaining('HTTP/1.1 404 ')));
    expect(new Set(answers).size).toBe(1);
  });
});
