/** Each bound of splitting a body into events, from both sides. */
import { describe, expect, it } from '@jest/globals';
import { createAcceptance } from '../../src/events/acceptance.ts';
import { decodeEvent } from '../../src/events/decoding/decode-event.ts';
import { EventDecodeError } from '../../src/events/decoding/event-decode-error.ts';
import type { SplitEvent } from '../../src/events/event.ts';
import { exactText } from '../../src/events/exact-text.ts';
import { replaceLoneSurrogates } from '../../src/events/lone-surrogates.ts';
import { rawRequestEvent } from '../../src/events/raw-request.ts';
import { viewJson } from '../../src/webhook/json-view.ts';
import { readSignature, signPayload, toAppSecret, verifySignature } from '../../src/webhook/signature.ts';
import { DELIVERY_ID, RECEIVED_MS, receiveInto } from '../support/receive-into.ts';

const metadata = { display_phone_number: '15550783881', phone_number_id: '106540352242922' };
const message = (id: number, from = '16505551234') => ({
  id: `wamid.${id}`,
  from,
  timestamp: '1750000000',
  type: 'text',
});
const list = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

async function receive(changes: readonly unknown[], entry: object = { id: '1' }) {
  const envelope = { object: 'whatsapp_business_account', entry: [{ ...entry, changes }] };
  const records = await receiveInto(Buffer.from(JSON.stringify(envelope)));
  return records.map((record) => ({ record, event: JSON.parse(record.value) }));
}
const messages = (value: object, more: object = {}) => [{ field: 'messages', value: { metadata, ...value }, ...more }];

describe('parts that nobody knows', () => {
  const unknown = (count: number) => list(count, (index) => ({ field: 'unheard_of', value: index }));

  it('are an event each, up to 5,000', async () => {
    const types = (await receive(unknown(5_000))).map(({ event }) => event.type);
    expect(types).toEqual(Array(5_000).fill('whatsapp.unheard_of'));
  });

  it('beyond 5,000 are kept in the bytes of the body, once', async () => {
    const all = await receive(unknown(5_001));
    expect(all.slice(0, 5_000).every(({ event }) => event.type === 'whatsapp.unheard_of')).toBe(true);
    expect(all.slice(5_000).map(({ event }) => event)).toEqual([
      expect.objectContaining({
        type: 'whatsapp.dead_letter',
        data: expect.objectContaining({ part: 'body', issues: [expect.objectContaining({ code: 'too_many' })] }),
      }),
    ]);
  });

  it.each([
    [50_000, 'invalid_type', 'entry[0].changes[0].value.messages[0]'],
    [50_001, 'too_many', 'entry[0].changes[0].value.messages'],
  ])('%i zeros in place of messages are one dead letter: %s', async (count, code, path) => {
    const issues = (await receive(messages({ messages: list(count, () => 0) }))).map(({ event }) => event.data.issues);
    expect(issues).toEqual([[expect.objectContaining({ code, path: expect.stringContaining(path) })]]);
  });
});

describe('what stands around items', () => {
  it('undocumented members of a change are kept once beside 4,300 items', async () => {
    const more = { more: 'x'.repeat(1_000) };
    const [kept, ...typed] = await receive(messages({ messages: list(4_300, message) }, more));
    expect(kept?.event).toMatchObject({ type: 'whatsapp.messages', data: { value: { change: more } } });
    expect(typed.filter(({ event }) => event.data.unrecognized !== undefined)).toEqual([]);
  });

  it('members that are small, but not together, are kept once beyond the first 4,096 characters', async () => {
    const members = Object.fromEntries(['one', 'two', 'three'].map((name) => [name, name.repeat(1_000)]));
    const [kept, typed] = await receive(messages({ ...members, messages: list(2_000, message) }));
    expect(Object.keys(kept?.event.data.value)).toEqual(['two', 'three']);
    expect(Object.keys(typed?.event.data.context)).toEqual(['metadata', 'one']);
  });

  it('a contact of 2,000 characters is kept once beside 3,000 messages of its person', async () => {
    const contacts = [
      { profile: { name: 'x'.repeat(2_000) }, wa_id: '16505551234' },
      { profile: { name: 'Other' }, wa_id: '16505550000' },
    ];
    const [kept, ...typed] = await receive(messages({ contacts, messages: list(3_000, (index) => message(index)) }));
    expect(kept?.event.data.value).toEqual({ contacts: contacts.slice(0, 1) });
    expect(typed[1]?.event.data.context).toEqual({ metadata, contacts: [] });
  });

  it('contacts that none of many messages names are kept once', async () => {
    const contacts = list(1_000, (index) => ({ profile: { name: 'Stranger' }, wa_id: String(49300000000 + index) }));
    const all = await receive(messages({ contacts, messages: list(1_000, (index) => message(index)) }));
    expect(all[0]?.event.data.value).toEqual({ contacts });
    expect(all[1]?.event.data.context).toEqual({ metadata, contacts: [] });
  });

  it('four contacts of one name go with its item, however often each has the name', async () => {
    const contact = (index: number) => ({ profile: { name: String(index) }, wa_id: '1', user_id: '1' });
    const shown = async (count: number) => {
      const [first] = await receive(messages({ contacts: list(count, contact), messages: [message(1, '1')] }));
      return first?.event.data.context.contacts;
    };
    expect(await shown(4)).toEqual(list(4, contact));
    expect(await shown(6)).toEqual(list(4, contact));
  });

  it('a member named __proto__ is one of them, and changes what no other is checked by', async () => {
    const text =
      '{"__proto__":{"metadata":5},"messages":[{"id":"wamid.1","from":"1","timestamp":"1750000000","type":"text"}]}';
    const body = `{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":${text}}]}]}`;
    const [record] = await receiveInto(Buffer.from(body));
    expect(record?.value).toContain('"context":{"__proto__":{"metadata":5}}');
    expect(record?.value).not.toContain('"unrecognized"');
  });
});

describe('of an event', () => {
  it("the time is the item's own, not the entry's", async () => {
    const [one] = await receive(messages({ messages: [message(1)] }), { id: '1', time: 1_760_000_000 });
    expect(one?.event.time).toBe('2025-06-15T15:06:40Z');
  });

  it.each([
    [64, `whatsapp.${'f'.repeat(64)}`],
    [65, 'whatsapp.unknown'],
  ])('the type names an unknown field of %i characters: %s', async (length, type) => {
    const [one] = await receive([{ field: 'f'.repeat(length), value: {} }]);
    expect(one?.event.type).toBe(type);
  });

  it('the key is text, though the id of the entry is half a character', async () => {
    const body =
      '{"object":"whatsapp_business_account","entry":[{"id":"\\ud800","changes":[{"field":"f","value":{}}]}]}';
    expect((await receiveInto(Buffer.from(body))).map(({ key }) => key)).toEqual(['\ufffd']);
  });

  it('every kind is stored again when the Test button is pressed again', async () => {
    const all = await receive([{ field: 'unheard_of', value: 1 }, { field: 7 }], { id: '0' });
    expect(all.map(({ event, record }) => [event.type, record.repeatable])).toEqual([
      ['whatsapp.unheard_of', true],
      ['whatsapp.dead_letter', true],
    ]);
  });
});

describe('the capture of a request', () => {
  const secret = toAppSecret('0123456789abcdef');
  const bytes = Buffer.from('{}');
  const body = verifySignature(bytes, readSignature(signPayload(bytes, secret)), [secret]);
  const delivery = { app: 'main', deliveryId: DELIVERY_ID, receivedMs: RECEIVED_MS };

  it('keeps 256 characters of a header', () => {
    const event = rawRequestEvent(body, { 'user-agent': 'x'.repeat(257) }, delivery, []);
    expect(JSON.parse(event.data).headers).toEqual({ 'user-agent': 'x'.repeat(256) });
  });

  it('is repeated where one of its events is', () => {
    const events = [{ repeatable: false }, { repeatable: true }] as SplitEvent[];
    expect(rawRequestEvent(body, {}, delivery, events).repeatable).toBe(true);
    expect(rawRequestEvent(body, {}, delivery, events.slice(0, 1)).repeatable).toBe(false);
  });
});

describe('what is accepted', () => {
  const event = (family: string, accountId: string | null) => ({ family, accountId }) as SplitEvent;
  const dead = event('dead-letter', '1');

  it('dead letters, though their family is not asked for', () => {
    const { published } = createAcceptance({ families: ['messages'] })([dead, event('templates', '1')]);
    expect(published).toEqual([dead]);
  });

  it('events of our accounts, of none and of the Test button', () => {
    const accounts = { ours: new Set(['1']), others: 'drop' as const };
    const ours = [event('messages', '1'), event('messages', null), event('messages', '0')];
    const { accepted, receipt } = createAcceptance({ families: ['messages'], accounts })([
      ...ours,
      event('messages', '2'),
    ]);
    expect(accepted).toEqual(ours);
    expect(receipt).toMatchObject({ foreign: 1, dropped: 1 });
  });
});

it('an empty text is none', () => {
  expect(exactText(viewJson('{"a":{"b":"","c":1.50}}'), ['a', 'b'])).toBeNull();
  expect(exactText(viewJson('{"a":{"b":"","c":1.50}}'), ['a', 'c'])).toBe('1.50');
});

it('each half character in a row is replaced', () => {
  expect(replaceLoneSurrogates('{"a":"\\ud800\\ud800\\\\\\ud800"}')).toBe(
    '{"a":"\ufffd\ufffd\\\\\ufffd","replaced_surrogates":3}',
  );
});

it('a record nested deeper than 200 is no event', () => {
  const nested = (depth: number) =>
    `{"dataschema":"urn:hubcast:whatsapp.unknown:1","data":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
  const decode = (depth: number) => () => decodeEvent({ value: nested(depth) });
  expect(decode(201)).toThrow('nested 201 deep');
  expect(decode(200)).toThrow(EventDecodeError);
  expect(decode(200)).not.toThrow('deep');
});
