import { expect, it } from '@jest/globals';
import { bodyOfDeadLetter } from '../../src/dead-letters/reassemble.ts';
import { viewJson } from '../../src/webhook/json-view.ts';
import { receiveInto } from '../support/receive-into.ts';

const contact = (digits: string) => ({ wa_id: digits, profile: { name: digits } });

it.each([
  ['its own and those that no item claims', ['16505550001', '16505550002']],
  ['its own behind those that no item claims', ['16505550002', '16505550001']],
  ['its only one', ['16505550001']],
  ['all, where it matches none', ['16505550003', '16505550004']],
])('a repaired message has the contacts and the id it would have had at first: %s', async (_, numbers) => {
  const good = { id: 'wamid.1', from: '16505550001', timestamp: '1790000000', type: 'text', text: { body: 'x' } };
  const body = (message: object) => {
    const value = { metadata: { phone_number_id: '5' }, contacts: numbers.map(contact), messages: [message] };
    const entry = [{ id: '1', changes: [{ field: 'messages', value }] }];
    return Buffer.from(JSON.stringify({ object: 'whatsapp_business_account', entry }));
  };
  const [first] = await receiveInto(body(good));
  const [refused] = await receiveInto(body({ ...good, type: 7 }));
  expect(refused?.headers.ce_type).toBe('whatsapp.dead_letter');
  const repaired = bodyOfDeadLetter(viewJson(refused?.value ?? '').at('data'), JSON.stringify(good));
  const [again] = await receiveInto(repaired as Buffer);
  expect(again?.id).toBe(first?.id);
  expect(JSON.parse(again?.value ?? '').data).toEqual(JSON.parse(first?.value ?? '').data);
});
