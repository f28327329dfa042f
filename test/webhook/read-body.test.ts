/** Where reading a body ends: each bound from both sides, and each thing that is refused. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { readBody } from '../../src/webhook/envelope.ts';
import { readSignature, signPayload, toAppSecret, verifySignature } from '../../src/webhook/signature.ts';

const secret = toAppSecret('0123456789abcdef');
const OBJECT = '"object":"whatsapp_business_account"';
const CHANGE = '{"field":"f","value":{}}';

/** @param sent text, or bytes that are none */
function read(sent: string | Buffer) {
  const body = Buffer.from(sent as string);
  return readBody(verifySignature(body, readSignature(signPayload(body, secret)), [secret]));
}

const envelope = (entries: string) => `{${OBJECT},"entry":[${entries}]}`;
const entry = (changes: string, more = '') => envelope(`{"id":"1"${more},"changes":[${changes}]}`);
const zeros = (count: number) => Array(count).fill(0).join();

const refusal = (code: string, path: string) => ({
  readable: false,
  issues: [expect.objectContaining({ code, path })],
});
const refused = (form: string, code: string, path: string) => ({
  readable: true,
  parts: [expect.objectContaining({ kind: 'refused', form, issues: [expect.objectContaining({ code, path })] })],
});
const partsOf = (sent: string) => {
  const body = read(sent);
  return body.readable ? body.parts : [];
};

it('takes a body with a byte order mark', () => {
  expect(read(`\ufeff${entry(CHANGE)}`)).toEqual(read(entry(CHANGE)));
});

it.each<[string, string | Buffer, object]>([
  [
    'bytes that are not UTF-8',
    Buffer.concat([Buffer.from(entry(CHANGE)), Buffer.from([0xff])]),
    refusal('not_utf8', ''),
  ],
  ['50,001 entries', envelope(zeros(50_001)), refusal('too_many', 'entry')],
  ['50,001 changes', entry(zeros(50_001)), refused('entry', 'too_many', 'entry[0].changes')],
  [
    'an id of 257 characters',
    envelope(`{"id":"${'1'.repeat(257)}","changes":[${CHANGE}]}`),
    refused('entry', 'too_long', 'entry[0].id'),
  ],
  ['a repeated member of the envelope', `{${OBJECT},${OBJECT},"entry":[]}`, refusal('repeated_member', '')],
  [
    'a repeated member of an entry',
    envelope('{"id":"1","id":"2","changes":[]}'),
    refused('entry', 'repeated_member', 'entry[0]'),
  ],
  [
    'a repeated member deep in an entry without changes',
    envelope('{"id":"1","x":{"a":1,"a":2}}'),
    refused('entry', 'repeated_member', 'entry[0]'),
  ],
  [
    'a repeated member of a change',
    entry('{"field":"a","field":"b","value":{}}'),
    refused('change', 'repeated_member', 'entry[0].changes[0]'),
  ],
  [
    'a repeated member of a value',
    entry('{"field":"a","value":{"b":1,"b":2}}'),
    refused('value', 'repeated_member', 'entry[0].changes[0].value'),
  ],
])('refuses %s', (_what, sent, expected) => {
  expect(read(sent)).toEqual(expected);
});

describe('takes what is at the bound', () => {
  it('50,000 entries and 50,000 changes, each for itself', () => {
    expect(partsOf(envelope(zeros(50_000)))).toHaveLength(50_000);
    expect(partsOf(entry(zeros(50_000)))).toHaveLength(50_000);
  });

  it('an id of 256 characters', () => {
    expect(partsOf(envelope(`{"id":"${'1'.repeat(256)}","changes":[${CHANGE}]}`))).toMatchObject([{ kind: 'change' }]);
  });
});

describe('members that nobody documents', () => {
  const changes = (count: number) => Array(count).fill(CHANGE).join();
  const MORE = `,"more":"${'x'.repeat(1_000)}"`;

  it('of an entry go with each of its changes, and once beside 5,000', () => {
    expect(partsOf(entry(changes(2), MORE)).map(({ kind, unrecognized }) => [kind, unrecognized?.length])).toEqual([
      ['change', 1_021],
      ['change', 1_021],
    ]);
    const [kept, ...parts] = partsOf(entry(changes(5_000), MORE));
    expect(kept).toMatchObject({ kind: 'entry', value: { value: { more: 'x'.repeat(1_000) } } });
    expect(parts.map(({ kind, unrecognized }) => [kind, unrecognized])).toEqual(Array(5_000).fill(['change', null]));
  });

  it('are read at once, however many stand beside a number that no double holds', async () => {
    const members = Array.from({ length: 20_000 }, (_, index) => `"m${index}":0`).join();
    const [kept] = partsOf(`{${OBJECT},"entry":[{"id":12345678901234567890,"changes":[${CHANGE}]}],${members}}`);
    expect(kept?.unrecognized).toContain('"m19999":0');
    // Searching all for each would take a minute: the time-out of the test fails it here.
    await sleep(1);
  });
});
