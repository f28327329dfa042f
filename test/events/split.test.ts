import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { deadLetterSchema, eventSchemaOf, unknownEventSchema } from '../../src/events/contract.ts';
import { typeOfEvent } from '../../src/events/event.ts';
import { allEvents } from '../../src/fields/registry.ts';
import { receiveInto } from '../support/receive-into.ts';

const change = (field: string, value: unknown) => ({ field, value });
const nameUpdate = (digits: string, decision: string) =>
  change('phone_number_name_update', { display_phone_number: digits, decision });

const anyChange = fc.oneof(
  fc.tuple(fc.stringMatching(/^[0-9]{1,15}$/), fc.string()).map(([digits, decision]) => nameUpdate(digits, decision)),
  fc.jsonValue().map((value) => change('phone_number_quality_update', value)),
  fc.tuple(fc.string(), fc.jsonValue()).map(([field, value]) => change(field, value)),
);

const body = (entry: unknown) => Buffer.from(JSON.stringify({ object: 'whatsapp_business_account', entry }));

describe('one body', () => {
  it('gives as many events as it has different updates, in their order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(anyChange, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 5 }),
        async (batches) => {
          // The entry's time differs, so that equal updates of different entries are different events.
          const entries = batches.map((changes, index) => ({ id: '1', time: 1_700_000_000 + index, changes }));
          const records = await receiveInto(body(entries));
          const expected = batches.flatMap((changes) => distinct(changes));
          const values = records.map(({ value }) => JSON.parse(value).data);
          expect(values.map((data) => JSON.stringify([data.field, data.value]))).toEqual(
            expected.map(({ field, value }) => JSON.stringify([field, value])),
          );
          expect(new Set(records.map(({ id }) => id)).size).toBe(records.length);
        },
      ),
    );
  });

  it('of 1,000 updates gives 1,000 events', async () => {
    const changes = Array.from({ length: 1000 }, (_, index) => nameUpdate(String(15550000000 + index), 'APPROVED'));
    const records = await receiveInto(body([{ id: '1', time: 1_700_000_000, changes }]));
    expect(records.map(({ headers }) => headers.ce_subject)).toEqual(
      changes.map(({ value }) => (value as { display_phone_number: string }).display_phone_number),
    );
  });

  it('sent again gives the same ids, at another time and in another delivery', async () => {
    const sent = body([{ id: '1', changes: [nameUpdate('1', 'APPROVED')] }]);
    const [one] = await receiveInto(sent);
    const [two] = await receiveInto(sent);
    expect(two?.id).toBe(one?.id);
  });

  it('gives different ids to different types, entries, times, items and surroundings', async () => {
    const value = { display_phone_number: '1', decision: 'APPROVED' };
    const bodies = [
      [{ id: '1', time: 1_700_000_000, changes: [change('phone_number_name_update', value)] }],
      [{ id: '2', time: 1_700_000_000, changes: [change('phone_number_name_update', value)] }],
      [{ id: '1', time: 1_700_000_001, changes: [change('phone_number_name_update', value)] }],
      [{ id: '1', time: '1700000000', changes: [change('phone_number_name_update', value)] }],
      [{ id: '1', changes: [change('phone_number_name_update', value)] }],
      [{ id: '1', time: 1_700_000_000, changes: [change('some_field', value)] }],
      [{ id: '1', time: 1_700_000_000, changes: [change('Some Field', value)] }],
      [{ id: '1', time: 1_700_000_000, changes: [change('Some  Field', value)] }],
      [{ id: '1', time: 1_700_000_000, changes: [{ ...change('phone_number_name_update', value), extra: 1 }] }],
      [{ id: '1', time: 1_700_000_000, uid: 1, changes: [change('phone_number_name_update', value)] }],
      [{ id: '1', time: 1_700_000_000, changes: [change('phone_number_name_update', { ...value, more: 1 })] }],
    ];
    const ids = await Promise.all(bodies.map(async (entries) => (await receiveInto(body(entries)))[0]?.id));
    expect(new Set(ids).size).toBe(bodies.length);
  });

  it('keeps the schema of its type, whatever Meta sends', async () => {
    const schemas = new Map(
      allEvents().map(({ field, event }) => [typeOfEvent(field, event), eventSchemaOf(field, event)] as const),
    );
    await fc.assert(
      fc.asyncProperty(anyChange, async (one) => {
        for (const { value, topic } of await receiveInto(body([{ id: '1', changes: [one] }]))) {
          const event = JSON.parse(value);
          const schema = topic.endsWith('unknown') ? unknownEventSchema : (schemas.get(event.type) ?? deadLetterSchema);
          expect(schema.safeParse(event).error).toBeUndefined();
        }
      }),
    );
  });
});

function distinct(changes: readonly { field: string; value: unknown }[]) {
  const seen = new Map(changes.map((one) => [canonical([one.field, one.value]), one] as const).reverse());
  return [...changes].filter((one) => seen.get(canonical([one.field, one.value])) === one);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
