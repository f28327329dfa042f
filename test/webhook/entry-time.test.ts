/** Which of Meta's times are taken for times. */
import { describe, expect, it } from '@jest/globals';
import { toTimeMs } from '../../src/webhook/entry-time.ts';
import { RECEIVED_MS, receiveInto } from '../support/receive-into.ts';

const FIRST = '2009-01-01T00:00:00Z';
const LAST = '2100-12-31T23:59:59Z';
const TOO_EARLY = '2008-12-31T23:59:59Z';
const TOO_LATE = '2101-01-01T00:00:00Z';
const seconds = (time: string) => Date.parse(time) / 1000;

describe('a time of Meta', () => {
  it.each([FIRST, LAST])('%s is one, as a number and as text', (time) => {
    expect(toTimeMs(seconds(time))).toBe(Date.parse(time));
    expect(toTimeMs(String(seconds(time)))).toBe(Date.parse(time));
  });

  it.each([TOO_EARLY, TOO_LATE])('%s is none', (time) => {
    expect(toTimeMs(seconds(time))).toBeNull();
    expect(toTimeMs(String(seconds(time)))).toBeNull();
  });
});

describe('the time of an event', () => {
  const timeOf = async (time: string) => {
    const value = { display_phone_number: '15550783881', decision: 'APPROVED' };
    const changes = [{ field: 'phone_number_name_update', value }];
    const entry = [{ id: '1', time: seconds(time), changes }];
    const [record] = await receiveInto(Buffer.from(JSON.stringify({ object: 'whatsapp_business_account', entry })));
    return Date.parse(JSON.parse(record?.value ?? '{}').time);
  };

  it.each([FIRST, LAST])("is the entry's: %s", async (time) => {
    expect(await timeOf(time)).toBe(Date.parse(time));
  });

  it.each([TOO_EARLY, TOO_LATE])('is the receipt, when the entry says %s', async (time) => {
    expect(Math.abs((await timeOf(time)) - RECEIVED_MS)).toBeLessThan(1000);
  });
});
