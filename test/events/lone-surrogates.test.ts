import { describe, expect, it } from '@jest/globals';
import { receiveInto } from '../support/receive-into.ts';

const send = async (name: string, decision = '"APPROVED"') => {
  const value = `{"display_phone_number":"1","decision":${decision},"requested_verified_name":${name}}`;
  const body = `{"object":"whatsapp_business_account","entry":[{"id":"1","time":1739321024,"changes":[{"field":"phone_number_name_update","value":${value}}]}]}`;
  const [record] = await receiveInto(Buffer.from(body));
  return { id: record?.id, text: record?.value ?? '', data: JSON.parse(record?.value ?? '').data };
};

describe('half a surrogate pair', () => {
  it.each([
    ['"A\\ud83dB"', 'A\ufffdB', 1],
    ['"\\ud83d\\ud83d"', '\ufffd\ufffd', 2],
    ['"\\\\\\ude00"', '\\\ufffd', 1],
  ])('in %s becomes U+FFFD, and the event says so', async (name, shown, count) => {
    const { text, data } = await send(name);
    expect(text).not.toMatch(/\\ud[89a-f]/i);
    expect(data.value.requested_verified_name).toBe(shown);
    expect(data.replaced_surrogates).toBe(count);
  });

  it('keeps events apart that differ in it alone', async () => {
    expect((await send('"\\ud83d"')).id).not.toBe((await send('"\\ud83e"')).id);
  });

  it.each(['"\\ud83d\\ude00"', '"\\\\ud83d"', '"plain"'])('is not seen in %s', async (name) => {
    const { data } = await send(name);
    expect(data.value.requested_verified_name).toBe(JSON.parse(name));
    expect(data.replaced_surrogates).toBeUndefined();
  });

  it('in a refused item is kept as bytes, from which the item can be repaired', async () => {
    const { data } = await send('"\\ud83d"', '7');
    expect(Buffer.from(data.body_base64, 'base64').toString()).toContain('\\ud83d');
  });
});
