/** Bodies made to lose, confuse or multiply what Meta signed; each was seen to do so once. */
import { describe, expect, it } from '@jest/globals';
import { toRefusedRecordDeadLetters } from '../../src/records/refused-record.ts';
import { recordBytes } from '../../src/stores/kafka/record-bytes.ts';
import { receiveInto } from '../support/receive-into.ts';

const OBJECT = 'whatsapp_business_account';
const body = (envelope: unknown) => Buffer.from(typeof envelope === 'string' ? envelope : JSON.stringify(envelope));
const update = (index: number) => ({
  field: 'phone_number_name_update',
  value: { display_phone_number: String(15550000000 + index), decision: 'APPROVED' },
});
const MIB = 1024 * 1024;

describe('ids', () => {
  it.each<[string, unknown[]]>([
    ['a body and an entry', ['hello', { object: OBJECT, entry: ['aGVsbG8='] }]],
    [
      'an entry and a change',
      [
        {
          object: OBJECT,
          entry: [
            { id: '1', changes: 5 },
            { id: '1', changes: [{ id: '1', changes: 5 }] },
          ],
        },
      ],
    ],
    [
      'a value and a change',
      [
        {
          object: OBJECT,
          entry: [
            {
              id: '1',
              changes: [
                { field: 'phone_number_name_update', value: { field: 'phone_number_name_update' } },
                { field: 'phone_number_name_update' },
              ],
            },
          ],
        },
      ],
    ],
  ])('differ for %s of the same text', async (_, bodies) => {
    const records = (await Promise.all(bodies.map((one) => receiveInto(body(one))))).flat();
    expect(records).toHaveLength(2);
    expect(new Set(records.map(({ id }) => id)).size).toBe(2);
  });

  it('do not depend on the order of members around an update', async () => {
    const withUid = (uid: string) =>
      `{"object":"${OBJECT}","entry":[{"id":"1","uid":${uid},"changes":[${JSON.stringify(update(1))}]}]}`;
    const [one] = await receiveInto(body(withUid('{"a":1,"b":2}')));
    const [other] = await receiveInto(body(withUid('{"b":2,"a":1}')));
    expect(other?.id).toBe(one?.id);
  });
});

describe('an envelope without updates', () => {
  it.each([
    { object: OBJECT, entry: [] },
    { object: OBJECT, entry: [], extra: { a: 1 } },
    { object: 'instagram', entry: [] },
    { object: 'instagram', extra: 'kept', entry: [{ id: '1', changes: [] }] },
    { object: OBJECT, extra: 'kept', entry: [{ id: '1', time: 1_739_321_024, changes: [] }] },
  ])('is kept: %j', async (envelope) => {
    const records = await receiveInto(body(envelope));
    expect(records).toHaveLength(1);
    const { data } = JSON.parse(records[0]?.value ?? '');
    const kept = data.body_base64 ? Buffer.from(data.body_base64, 'base64').toString() : records[0]?.value;
    for (const part of [envelope.object, ...(JSON.stringify(envelope).includes('kept') ? ['kept'] : [])]) {
      if (part !== OBJECT) expect(kept).toContain(part);
    }
  });
});

describe('what stands around many updates', () => {
  const large = 'x'.repeat(1.5 * MIB);
  const changes = Array.from({ length: 1000 }, (_, index) => update(index));

  it.each<[string, object]>([
    ['in the entry', { object: OBJECT, entry: [{ id: '1', time: 1_739_321_024, large, changes }] }],
    ['in the envelope', { object: OBJECT, large, entry: [{ id: '1', changes }] }],
    [
      'in the change of many messages',
      {
        object: OBJECT,
        entry: [
          {
            id: '1',
            changes: [
              {
                field: 'messages',
                large,
                value: {
                  messaging_product: 'whatsapp',
                  metadata: { phone_number_id: '2' },
                  statuses: Array.from({ length: 1000 }, (_, index) => ({
                    id: String(index),
                    status: 'sent',
                    timestamp: '1739321024',
                    recipient_id: '1',
                  })),
                },
              },
            ],
          },
        ],
      },
    ],
  ])('%s is kept once when it is large', async (_, envelope) => {
    const records = await receiveInto(body(envelope));
    expect(records).toHaveLength(1001);
    expect(records.filter(({ value }) => value.includes(large))).toHaveLength(1);
    expect(records.reduce((sum, { value }) => sum + value.length, 0)).toBeLessThan(6 * MIB);
  });

  it('goes with each of them when it is small', async () => {
    const records = await receiveInto(body({ object: OBJECT, entry: [{ id: '1', uid: 'small', changes }] }));
    expect(records.filter(({ value }) => value.includes('"unrecognized":{"entry":{"uid":"small"}}'))).toHaveLength(
      1000,
    );
  });
});

describe('very many parts that are nothing', () => {
  const many = (text: string, separator = ',') =>
    Array(Math.floor((2.5 * MIB) / (text.length + 1)))
      .fill(text)
      .join(separator);

  it.each<[string, string]>([
    ['entries', `{"object":"${OBJECT}","entry":[${many('0')}]}`],
    ['empty entries', `{"object":"${OBJECT}","entry":[${many('{"id":"1"}')}]}`],
    ['changes', `{"object":"${OBJECT}","entry":[{"id":"1","changes":[${many('0')}]}]}`],
    ['unknown changes', `{"object":"${OBJECT}","entry":[{"id":"1","changes":[${many('{"field":"a","value":1}')}]}]}`],
    [
      'messages',
      `{"object":"${OBJECT}","entry":[{"id":"1","changes":[{"field":"messages","value":{"messages":[${many('0')}]}}]}]}`,
    ],
    [
      'wrong messages',
      `{"object":"${OBJECT}","entry":[{"id":"1","changes":[{"field":"messages","value":{"messages":[${many('{"id":{}}')}]}}]}]}`,
    ],
  ])('%s are kept in bounded room', async (_, text) => {
    const records = await receiveInto(body(text));
    expect(records.length).toBeGreaterThan(0);
    expect(records.length).toBeLessThan(6000);
    expect(records.reduce((sum, { value }) => sum + value.length, 0)).toBeLessThan(20 * MIB);
    // Nothing is lost: either all parts have a record, or the body's bytes are there.
    const bytes = records
      .map(({ value }) => JSON.parse(value).data)
      .find(({ body_base64, value }) => body_base64 || JSON.stringify(value)?.length > MIB);
    expect(bytes === undefined ? records.length : 'kept').toBe('kept');
  });

  it('of more values than a body of Meta can have are one dead letter with the bytes, without being parsed', async () => {
    const text = `{"object":"${OBJECT}","entry":[{"id":"1","changes":[${many('[]')}]}]}`;
    const records = await receiveInto(body(text));
    expect(records).toHaveLength(1);
    const { data } = JSON.parse(records[0]?.value ?? '');
    expect(data.issues).toEqual([{ path: '', code: 'too_many', message: expect.stringContaining('250000 values') }]);
    expect(Buffer.from(data.body_base64, 'base64').toString()).toBe(text);
    const [good] = await receiveInto(body({ object: OBJECT, entry: [{ id: '1', changes: [update(1)] }] }));
    expect(good?.headers.ce_type).toBe('whatsapp.phone_number_name_update');
  });

  it('do not drag the good ones along', async () => {
    const odd = Array(6000)
      .fill(0)
      .map((_, index) => ({ field: 'novel', value: index }));
    const records = await receiveInto(body({ object: OBJECT, entry: [{ id: '1', changes: [...odd, update(1)] }] }));
    expect(records.filter(({ headers }) => headers.ce_type === 'whatsapp.phone_number_name_update')).toHaveLength(1);
  });
});

describe('very long names', () => {
  it.each<[string, object]>([
    ['entry id', { object: OBJECT, entry: [{ id: 'é'.repeat(1.4 * MIB), changes: [update(1)] }] }],
    [
      'phone number',
      {
        object: OBJECT,
        entry: [
          {
            id: '1',
            changes: [
              {
                field: 'phone_number_name_update',
                value: { display_phone_number: '7'.repeat(2.5 * MIB), decision: 'APPROVED' },
              },
            ],
          },
        ],
      },
    ],
    ['field', { object: OBJECT, entry: [{ id: '1', changes: [{ field: 'f'.repeat(2.5 * MIB), value: 1 }] }] }],
    [
      'template id',
      {
        object: OBJECT,
        entry: [
          {
            id: '1',
            changes: [
              {
                field: 'message_template_status_update',
                value: {
                  event: 'APPROVED',
                  message_template_id: 'x'.repeat(2 * MIB),
                  message_template_name: 'n',
                  message_template_language: 'en',
                },
              },
            ],
          },
        ],
      },
    ],
  ])(
    '%s stays out of key, subject and headers, and its record fits its topic or its chunks do',
    async (_, envelope) => {
      const limitBytes = MIB;
      for (const record of await receiveInto(body(envelope))) {
        expect(record.key?.length ?? 0).toBeLessThanOrEqual(512);
        expect(JSON.stringify(record.headers).length).toBeLessThan(4000);
        const letters = toRefusedRecordDeadLetters(record, { topic: 'dl', limitBytes, reason: 'too large' });
        for (const letter of letters) expect(recordBytes(letter)).toBeLessThanOrEqual(limitBytes);
        const joined = Buffer.concat(
          letters.map(({ value }) => Buffer.from(JSON.parse(value).data.body_base64, 'base64')),
        );
        expect(joined.toString()).toBe(record.value);
      }
    },
  );
});
