import { describe, expect, it } from '@jest/globals';
import { deadLetterSchema } from '../../src/events/contract.ts';
import { toRefusedRecordDeadLetters } from '../../src/records/refused-record.ts';
import { BATCH_OVERHEAD_BYTES, recordBytes } from '../../src/stores/kafka/record-bytes.ts';
import { receiveInto } from '../support/receive-into.ts';

async function largeRecord(size: number) {
  const value = { display_phone_number: '15550783881', decision: 'APPROVED', note: 'ä'.repeat(size / 2) };
  const entry = [{ id: '7', time: 1_739_321_024, changes: [{ field: 'phone_number_name_update', value }] }];
  const [record] = await receiveInto(Buffer.from(JSON.stringify({ object: 'whatsapp_business_account', entry })));
  if (record === undefined) throw new Error('one record was expected');
  return record;
}

describe('a record the broker refuses', () => {
  it.each([
    [3_000_000, 1_048_588],
    [3_000_000, 100_000],
    [10_000, 8_000],
    [100, 1_048_588],
  ])('of %d bytes becomes dead letters under a limit of %d that join to the same event', async (size, limitBytes) => {
    const refused = await largeRecord(size);
    const letters = toRefusedRecordDeadLetters(refused, { topic: 'dl', limitBytes, reason: 'too large' });
    const events = letters.map(({ value }) => deadLetterSchema.parse(JSON.parse(value)));
    for (const letter of letters) expect(recordBytes(letter) + BATCH_OVERHEAD_BYTES).toBeLessThanOrEqual(limitBytes);
    const joined = Buffer.concat(events.map(({ data }) => Buffer.from(data.body_base64 ?? '', 'base64')));
    expect(joined.toString()).toBe(refused.value);
    expect(events.map(({ data }) => data.chunk?.number)).toEqual(events.map((_, index) => index + 1));
    expect(new Set(letters.map(({ id }) => id)).size).toBe(letters.length);
    expect(letters[0]).toMatchObject({ topic: 'dl', key: '7', headers: { ce_type: 'whatsapp.dead_letter' } });
    expect(events[0]?.data).toMatchObject({
      field: 'phone_number_name_update',
      entry_id: '7',
      chunk: { event_id: refused.id },
    });
  });

  it('becomes parts of 512 bytes under a limit that has no room for any', async () => {
    const letters = toRefusedRecordDeadLetters(await largeRecord(1_500), {
      topic: 'dl',
      limitBytes: 10,
      reason: 'small',
    });
    const sizes = letters.map(({ value }) => Buffer.from(JSON.parse(value).data.body_base64, 'base64').length);
    expect(sizes.slice(0, -1)).toEqual(Array(sizes.length - 1).fill(512));
    expect(sizes.length).toBeGreaterThan(2);
  });

  it('becomes the same dead letters each time', async () => {
    const refused = await largeRecord(10_000);
    const options = { topic: 'dl', limitBytes: 8_000, reason: 'too large' };
    expect(toRefusedRecordDeadLetters(refused, options)).toEqual(toRefusedRecordDeadLetters(refused, options));
  });
});
