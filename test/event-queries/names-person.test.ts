import { describe, expect, it } from '@jest/globals';
import { namesPerson } from '../../src/event-queries/names-person.ts';
import type { OutgoingRecord } from '../../src/records/record.ts';
import { receiveInto } from '../support/receive-into.ts';

const PERSON = { digits: '4915112345678', participant: 'US.998877665544' };
const METADATA = { display_phone_number: '15550783881', phone_number_id: '5' };

async function named(field: string, members: object): Promise<boolean[]> {
  const value = { messaging_product: 'whatsapp', metadata: METADATA, ...members };
  const body = { object: 'whatsapp_business_account', entry: [{ id: '1', changes: [{ field, value }] }] };
  const records = await receiveInto(Buffer.from(JSON.stringify(body)));
  return records.map((record) => namesPerson({ ...record, partition: 0, offset: '1' }, PERSON));
}

const message = (members: object) => ({
  messages: [{ id: 'a', from: '999', timestamp: '1739321024', type: 'text', ...members }],
});
const contactOf = (contact: object) => ({ type: 'contact', action: 'add', contact });
const idWith = (digits: string) => `wamid.${Buffer.from(`\u0018\r${digits}\u0015`, 'latin1').toString('base64')}`;

describe('a record names a person', () => {
  it.each<[string, string, object]>([
    ['as its sender', 'messages', message({ from: '4915112345678' })],
    ['by user id', 'messages', message({ from: '', from_user_id: 'US.998877665544' })],
    ['as a number, which is a dead letter', 'messages', message({ from: 4915112345678 })],
    ['as people write it', 'messages', message({ contacts: [{ phones: [{ phone: '+49 (151) 12345678' }] }] })],
    ['with 00 for +', 'messages', message({ contacts: [{ phones: [{ phone: '0049 151 12345678' }] }] })],
    [
      "in a Flow's answers",
      'messages',
      message({ interactive: { nfm_reply: { response_json: JSON.stringify({ inner: '["4915112345678"]' }) } } }),
    ],
    ['as the name of a member', 'new_thing', { '4915112345678': 1 }],
    ['as the sender of a handover', 'messaging_handovers', { sender: { phone_number: '4915112345678' } }],
    [
      'in a synchronised contact',
      'smb_app_state_sync',
      { state_sync: [contactOf({ phone_number: '+49 151 12345678' })] },
    ],
    [
      "as the phone_number in a Flow's answers",
      'messages',
      message({
        interactive: { nfm_reply: { response_json: '{"phone_number":"+49 151 12345678","display_phone_number":"1"}' } },
      }),
    ],
    ['as the phone_number of a new field', 'new_thing', { phone_number: '4915112345678' }],
    ['in the id of a message', 'messages', { statuses: [{ id: idWith('4915112345678'), status: 'read' }] }],
  ])('%s', async (_how, field, members) => {
    expect(await named(field, members)).toEqual([true]);
  });

  it.each<[string, object]>([
    ['of another number', message({ from: '49151123456789' })],
    ['that a text mentions', message({ text: { body: 'call 4915112345678 or [4915112345678' } })],
    ["of another message's id", message({ context: { id: idWith('549151123456781') } })],
  ])('but not one %s', async (_how, members) => {
    expect(await named('messages', members)).toEqual([false]);
  });

  it.each(['smb_app_state_sync', 'messaging_handovers', 'messages', 'new_thing'])(
    'in a captured request of %s, with and without its number in the key',
    async (field) => {
      const value = { metadata: METADATA, inner: [{ phone_number: '4915112345678' }] };
      const body = JSON.stringify({
        object: 'whatsapp_business_account',
        entry: [{ id: '1', changes: [{ field, value }] }],
      });
      const captured = (text: string) => ({
        topic: 't',
        partition: 0,
        offset: '1',
        key: '5:0f3c',
        headers: {},
        timestampMs: 0,
        value: JSON.stringify({ data: { body_base64: Buffer.from(text).toString('base64') } }),
      });
      expect(namesPerson(captured(body), PERSON)).toBe(true);
      expect(namesPerson({ ...captured(body), key: '5:4915112345678' }, PERSON)).toBe(true);
      expect(namesPerson(captured(body.replace('4915112345678', '1')), PERSON)).toBe(false);
    },
  );

  it.each([
    ['5215512345678', '525512345678'],
    ['5491123456789', '541123456789'],
    ['5511987654321', '551187654321'],
  ])('whose number %s is also written %s', async (asked, written) => {
    const [record] = await receiveInto(
      Buffer.from(
        JSON.stringify({
          object: 'whatsapp_business_account',
          entry: [{ id: '1', changes: [{ field: 'messages', value: message({ from: written }) }] }],
        }),
      ),
    );
    const stored = { ...(record as OutgoingRecord), partition: 0, offset: '1' };
    expect(namesPerson(stored, { digits: asked })).toBe(true);
    expect(namesPerson(stored, { digits: `${asked.slice(0, -1)}0` })).toBe(false);
  });

  it.each<[string, object]>([
    ['account_update', { event: 'VERIFIED_ACCOUNT', phone_number: '4915112345678' }],
    ['security', { event: 'PIN_CHANGED', display_phone_number: '4915112345678' }],
    ['messaging_handovers', { recipient: { phone_number_id: '5', display_phone_number: '+49 151 12345678' } }],
  ])('but not the business by its own number in %s', async (field, members) => {
    expect(await named(field, members)).toEqual([false]);
  });

  it('but not the business by its own number', async () => {
    const records = await named('messages', {
      ...message({}),
      metadata: { ...METADATA, display_phone_number: '4915112345678' },
    });
    expect(records).toEqual([false]);
  });

  it("but not the business by its own number in a body that is no JSON, where another's number still counts", async () => {
    const found = async (text: string) => {
      const records = await receiveInto(Buffer.from(text));
      return records.map((record) => namesPerson({ ...record, partition: 0, offset: '1' }, PERSON));
    };
    expect(await found('{"metadata":{"display_phone_number": "4915112345678"}')).toEqual([false]);
    expect(await found('{"metadata":{"display_phone_number": "15550783881"},"from":"4915112345678"')).toEqual([true]);
  });

  it.each([5_000, 100_000])('in a body that is nested %d deep', async (depth) => {
    const deep = (text: string) => `${'['.repeat(depth)}"${text}"${']'.repeat(depth)}`;
    const found = async (body: string) => {
      const records = await receiveInto(Buffer.from(body));
      return records.map((record) => namesPerson({ ...record, partition: 0, offset: '1' }, PERSON));
    };
    expect(await found(deep('4915112345678'))).toEqual([true]);
    expect(await found(deep('nobody'))).toEqual([false]);
    expect(await named('messages', message({ note: deep('4915112345678') }))).toEqual([true]);
    expect(await named('messages', message({ note: deep('nobody') }))).toEqual([false]);
  });
});
