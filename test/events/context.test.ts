import { describe, expect, it } from '@jest/globals';
import { receiveInto } from '../support/receive-into.ts';

const metadata = { display_phone_number: '15550783881', phone_number_id: '106540352242922' };
const person = (wa_id: string) => ({ profile: { name: `Person ${wa_id}` }, wa_id });
const message = (from: string) => ({ id: `wamid.${from}`, from, timestamp: '1750000000', type: 'text' });
const names = (count: number, start: number) => Array.from({ length: count }, (_, index) => String(start + index));

function bodyOf(value: object): Buffer {
  const entry = [{ id: '1', changes: [{ field: 'messages', value }] }];
  return Buffer.from(JSON.stringify({ object: 'whatsapp_business_account', entry }));
}

async function eventsOf(value: object) {
  const body = bodyOf(value);
  const records = await receiveInto(body);
  const length = records.reduce((sum, record) => sum + record.value.length, 0);
  return { events: records.map((record) => JSON.parse(record.value)), growth: length / body.length };
}

describe('what surrounds 1,000 items', () => {
  it('is each their own contact, in any order', async () => {
    const people = names(1000, 16500000000);
    const { events } = await eventsOf({
      metadata,
      contacts: people.map(person).reverse(),
      messages: people.map(message),
    });
    expect(events.map(({ data }) => data.context.contacts)).toEqual(people.map((name) => [person(name)]));
  });

  it('is kept once if it is too large to repeat: contacts that match no item', async () => {
    const people = names(1000, 16500000000);
    const strangers = names(1000, 49300000000);
    const { events, growth } = await eventsOf({
      metadata,
      contacts: [...strangers, ...people].map(person),
      messages: people.map(message),
    });
    expect(growth).toBeLessThan(12);
    const [aside, ...typed] = events;
    expect(aside).toMatchObject({
      type: 'whatsapp.messages',
      dataschema: 'urn:hubcast:whatsapp.unknown:1',
      data: { value: { contacts: strangers.map(person) } },
    });
    expect(typed.map(({ data }) => data.context)).toEqual(
      people.map((name) => ({ metadata, contacts: [person(name)] })),
    );
  });

  it('is kept once where it is too large to repeat: 10,000 contacts of one person', async () => {
    const value = {
      metadata,
      contacts: names(10_000, 0).map((name) => ({ wa_id: '1', name })),
      messages: [] as object[],
    };
    value.messages = names(1000, 0).map((id) => ({ ...message('1'), id }));
    const { events, growth } = await eventsOf(value);
    expect(growth).toBeLessThan(12);
    const kept = [events[0].data.value, events[1].data.context].flatMap(({ contacts }) => contacts);
    expect(new Set(kept.map(({ name }) => name)).size).toBe(10_000);
  });

  it('is kept once if it is too large to repeat: an unknown member', async () => {
    const large = { text: 'x'.repeat(100_000) };
    const { events, growth } = await eventsOf({ metadata, large, messages: names(1000, 1).map(message) });
    expect(growth).toBeLessThan(12);
    expect(events[0].data.value).toEqual({ large });
    expect(events).toHaveLength(1001);
    expect(events[1].data.context).toEqual({ metadata });
  });

  it('is repeated in every item if it is small', async () => {
    const { events } = await eventsOf({ metadata, extra: { a: 1 }, messages: names(1000, 1).map(message) });
    expect(events).toHaveLength(1000);
    expect(events.every(({ data }) => data.context.extra.a === 1)).toBe(true);
  });
});

it("the key is of the item's person, though the value's only contact is somebody else", async () => {
  const keys = async (contacts: object) =>
    (await receiveInto(bodyOf({ metadata, ...contacts, messages: [message('16505551234')] }))).map(({ key }) => key);
  expect(await keys({ contacts: [person('49300000000')] })).toEqual(await keys({}));
});

describe('an id', () => {
  it('covers what surrounds the item: the same error of two numbers is two events', async () => {
    const error = { code: 130429, title: 'Rate limit hit' };
    const one = await eventsOf({ metadata, errors: [error] });
    const other = await eventsOf({ metadata: { ...metadata, phone_number_id: '2' }, errors: [error] });
    expect(one.events[0].id).not.toBe(other.events[0].id);
  });

  it('is the same whatever else came in the body, and in whatever order its members stood', async () => {
    const alone = await eventsOf({ metadata, contacts: [person('1')], messages: [message('1')] });
    const among = await eventsOf({
      messages: [message('2'), message('1')],
      contacts: [person('2'), person('1')],
      metadata: { phone_number_id: '106540352242922', display_phone_number: '15550783881' },
    });
    expect(among.events.map(({ id }) => id)).toContain(alone.events[0].id);
  });
});
