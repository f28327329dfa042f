import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { typeOfEvent } from '../../src/events/event.ts';
import { allEvents } from '../../src/fields/registry.ts';
import {
  decodeEvent,
  type EventDecodeError,
  isDeadLetter,
  isEventOf,
  isEventOfField,
  isTest,
  isUnknown,
  stringifyEvent,
} from '../../src/sdk/index.ts';
import { receiveInto } from '../support/receive-into.ts';

const GOLDEN = join(import.meta.dirname, '..', 'fixtures', 'webhooks');
const cases = readdirSync(GOLDEN).flatMap((field) =>
  readdirSync(join(GOLDEN, field)).map((name) => `${field}/${name}`),
);

const nameUpdate = (members: string) =>
  Buffer.from(
    `{"object":"whatsapp_business_account","entry":[{"id":"1","time":1739321024,"changes":[{"field":"phone_number_name_update","value":{"display_phone_number":"15550783881","decision":"APPROVED"${members}}}]}]}`,
  );

async function oneRecord(body = nameUpdate('')) {
  const [record] = await receiveInto(body);
  if (record === undefined) throw new Error('no record');
  return record;
}

/** What is thrown when a member of a good event is spoilt. */
async function failureOf(spoil: (event: Record<string, object>) => unknown): Promise<EventDecodeError> {
  const event = JSON.parse((await oneRecord()).value);
  return thrownBy({ value: JSON.stringify(spoil(event)) });
}

function thrownBy(record: Parameters<typeof decodeEvent>[0]): EventDecodeError {
  try {
    decodeEvent(record);
  } catch (error) {
    return error as EventDecodeError;
  }
  throw new Error('nothing was thrown');
}

describe('an event as text', () => {
  it.each(cases)('has every digit of %s, and is decoded again to the same event', async (name) => {
    for (const { value } of await receiveInto(readFileSync(join(GOLDEN, name, 'payload.json')))) {
      const event = decodeEvent({ value });
      if ('originalType' in event) continue;
      expect(decodeEvent({ value: stringifyEvent(event) })).toEqual(event);
    }
  });

  it('keeps digits beyond 2^53, and leaves out what is undefined', async () => {
    const { value } = await oneRecord(nameUpdate(',"n":90071992547409931234,"list":[1,90071992547409931235]'));
    const event = decodeEvent({ value });
    expect(stringifyEvent(event.data)).toContain('"n":90071992547409931234,"list":[1,90071992547409931235]');
    expect(stringifyEvent({ ...event.data, more: undefined } as never)).not.toContain('more');
  });
});

describe('decoding', () => {
  it.each(cases)('reads what %s becomes, losing nothing', async (name) => {
    for (const { value, headers } of await receiveInto(readFileSync(join(GOLDEN, name, 'payload.json')))) {
      const { originalType, ...event } = {
        originalType: undefined,
        ...decodeEvent({ value: Buffer.from(value), headers }),
      };
      const type = originalType ?? event.type;
      expect(rounded({ ...event, type })).toEqual(JSON.parse(value));
    }
  });

  it('reads an event of every type of the registry', async () => {
    const types = new Set<string>();
    for (const name of cases) {
      for (const record of await receiveInto(readFileSync(join(GOLDEN, name, 'payload.json')))) {
        types.add(decodeEvent(record).type);
      }
    }
    const expected = allEvents().map(({ field, event }) => typeOfEvent(field, event));
    expect([...types]).toEqual(expect.arrayContaining([...expected, 'whatsapp.unknown', 'whatsapp.dead_letter']));
  });

  it('takes values and headers as Kafka clients give them', async () => {
    const { value, headers } = await oneRecord();
    const expected = decodeEvent({ value });
    const bytes = Buffer.from(value);
    const buffers = Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)]));
    const shapes = [
      { value: bytes, headers: buffers },
      { value: new Uint8Array(bytes), headers: Object.entries(buffers).map(([name, text]) => ({ [name]: text })) },
      { value, headers: new Map(Object.entries(headers)) },
      { value, headers: new Map(Object.entries(buffers).map(([name, text]) => [Buffer.from(name), text])) },
      { value, headers: { ce_id: ['other', headers.ce_id as string] } },
      { value, headers: null },
    ];
    for (const shape of shapes) expect(decodeEvent(shape)).toEqual(expected);
  });

  it('gives whole numbers beyond 2^53 as bigint, in what Meta sent', async () => {
    const numbers =
      '"a":9007199254740993,"b":[-9007199254740993,{"c":12345678901234567890}],"a_2":9007199254740991,"d":0.5,"e":1e300';
    const event = decodeEvent(await oneRecord(nameUpdate(`,"n":{${numbers}}`)));
    expect(isEventOf(event, 'whatsapp.phone_number_name_update') && event.data.value.n).toEqual({
      a: 9007199254740993n,
      b: [-9007199254740993n, { c: 12345678901234567890n }],
      a_2: 9007199254740991,
      d: 0.5,
      e: 1e300,
    });
  });

  it('keeps members named __proto__ as members', async () => {
    const event = decodeEvent(await oneRecord(nameUpdate(',"__proto__":{"big":9007199254740993}')));
    const value = isEventOf(event, 'whatsapp.phone_number_name_update') && event.data.value;
    expect(Object.getOwnPropertyDescriptor(value, '__proto__')?.value).toEqual({ big: 9007199254740993n });
  });
});

describe('an event this version does not know', () => {
  it.each([
    ['a field that is new', 'whatsapp.new_field', 'urn:hubcast:whatsapp.new_field:1'],
    [
      'a newer version of a type',
      'whatsapp.phone_number_name_update',
      'urn:hubcast:whatsapp.phone_number_name_update:2',
    ],
    ['a field from before it was known', 'whatsapp.phone_number_name_update', 'urn:hubcast:whatsapp.unknown:1'],
  ])('comes as unknown, with its own type beside: %s', async (_, type, dataschema) => {
    const event = JSON.parse((await oneRecord()).value);
    const decoded = decodeEvent({
      value: JSON.stringify({ ...event, type, dataschema, data: { ...event.data, phone_number: null } }),
    });
    expect(decoded).toMatchObject({
      type: 'whatsapp.unknown',
      originalType: type,
      data: { value: { decision: 'APPROVED' } },
    });
    expect(isUnknown(decoded)).toBe(true);
    expect(isEventOfField(decoded, 'phone_number_name_update')).toBe(false);
  });
});

it('is read behind the id that KAFKA_VALUE_FORMAT=registry puts before it', async () => {
  const { value } = await oneRecord();
  const framed = Buffer.concat([Buffer.from([0, 0, 1, 0x86, 0xa1]), Buffer.from(value)]);
  expect(decodeEvent({ value: framed })).toEqual(decodeEvent({ value }));
  expect(decodeEvent({ value: new Uint8Array(framed) })).toEqual(decodeEvent({ value }));
  expect(thrownBy({ value: framed.subarray(0, 5) })).toMatchObject({ reason: 'not_json' });
});

describe('a record that is no event', () => {
  it.each([
    ['a tombstone', { value: null }, 'no_value', /tombstone/],
    ['parsed JSON', { value: {} as string }, 'not_text', /type object.*bytes or text/],
    ['bytes of something else', { value: Buffer.from([0xff, 0xfe]) }, 'not_text', /2 bytes.*UTF-8/],
    ['text', { value: 'hello' }, 'not_json', /not JSON/],
    ['nothing', { value: '' }, 'not_json', /0 characters/],
    ['a list', { value: '[]' }, 'not_an_event', /no object/],
    ['JSON of somebody else', { value: '{"id":1}' }, 'not_an_event', /without dataschema/],
    ['deep JSON', { value: '['.repeat(5000) + ']'.repeat(5000) }, 'not_an_event', /nested 5000 deep/],
  ])('is refused with the reason: %s', (_, record, reason, message) => {
    expect(thrownBy(record)).toMatchObject({
      name: 'EventDecodeError',
      part: 'value',
      reason,
      message: expect.stringMatching(message),
    });
  });

  it('says which member is wrong', async () => {
    const error = await failureOf(({ data, ...event }: Record<string, object>) => ({
      ...event,
      id: 'x',
      data: { ...data, value: { decision: 5 } },
    }));
    expect(error.reason).toBe('wrong_shape');
    expect(error.issues.map(({ path }) => path)).toEqual([
      'id',
      'data.value.display_phone_number',
      'data.value.decision',
    ]);
    expect(error.message).toContain('data.value.decision: Invalid input: expected string, received number');
  });

  it('says so when the attributes of an unknown type are wrong', async () => {
    const error = await failureOf((event) => ({
      ...event,
      dataschema: 'urn:hubcast:whatsapp.new:1',
      time: 'yesterday',
    }));
    expect(error.issues.map(({ path }) => path)).toEqual(['time']);
  });

  it.each([
    ['another id', { ce_id: 'x' }, 'ce_id'],
    ['another type', { ce_type: Buffer.from('whatsapp.calls.call') }, 'ce_type'],
    ['another content type', { 'content-type': 'application/json' }, 'content-type'],
  ])('names the header with %s', async (_, headers, path) => {
    const { value } = await oneRecord();
    expect(thrownBy({ value, headers })).toMatchObject({
      part: 'headers',
      reason: 'wrong_headers',
      issues: [{ path }],
    });
  });
});

describe('the guards', () => {
  it('tell events apart', async () => {
    const known = decodeEvent(await oneRecord());
    const dead = decodeEvent(await oneRecord(Buffer.from('no json')));
    expect(isEventOf(known, 'whatsapp.flows', 'whatsapp.phone_number_name_update')).toBe(true);
    expect(isEventOf(known, 'whatsapp.flows')).toBe(false);
    expect(isEventOfField(known, 'phone_number_name_update')).toBe(true);
    expect([isDeadLetter(known), isDeadLetter(dead), isUnknown(dead), isTest(known)]).toEqual([
      false,
      true,
      false,
      false,
    ]);
  });
});

/** As `JSON.parse` has it. */
function rounded(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(rounded);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, rounded(member)]));
}
