import { describe, expect, it } from '@jest/globals';
import { namesPerson } from '../../src/event-queries/names-person.ts';
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

  it('but not the business by its own number', async () => {
    const records = await named('messages', {
      ...message({}),
      metadata: { ...METADATA, display_phone_number: '4915112345678' },
    });
    expect(records).toEqual([false]);
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
