/** What a shared file may hold: the same webhooks, and nobody in them. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createRedactor } from '../../src/capture/redact-body.ts';
import type { AnyField } from '../../src/fields/field.ts';
import { allFields } from '../../src/fields/registry.ts';
import { receiveInto } from '../support/receive-into.ts';
import { GOLDEN_BODIES } from './fixtures.ts';
import { peopleIn } from './people-in.ts';

const redact = createRedactor(Buffer.from('a key for these tests'));

/** What consumers tell events by, but for what is somebody's. */
async function outline(body: Buffer) {
  const records = await receiveInto(body);
  const keys = new Map<string | null, number>();
  return records.map(({ topic, key, value, headers }) => {
    if (!keys.has(key)) keys.set(key, keys.size);
    const { time, data } = JSON.parse(value);
    // An entry of another object than WhatsApp's may be a person.
    const entry = data.unrecognized?.envelope?.object === undefined ? data.entry_id : null;
    return { topic, key: keys.get(key), type: headers.ce_type, time, field: data.field, entry };
  });
}

describe.each(GOLDEN_BODIES)('%s, redacted', (_, body) => {
  const redacted = redact(body);

  it('becomes the same events, at the same times, with keys as distinct as before', async () => {
    const fields = (all: Awaited<ReturnType<typeof outline>>) =>
      redacted.readable ? all : all.map(({ type }) => type);
    const now = await outline(redacted.body);
    const before = await outline(body);
    // A field that no event type is named after may have any name.
    const comparable = (one: (typeof now)[number]) => (one.type === 'whatsapp.unknown' ? { ...one, field: null } : one);
    expect(fields(now.map(comparable))).toEqual(fields(before.map(comparable)));
  });

  it('has nobody in it', () => {
    expect(peopleIn(body).filter((person) => holds(redacted.body.toString(), person))).toEqual([]);
  });
});

/** Also within base64, where ids of messages hold numbers. */
function holds(text: string, person: string): boolean {
  if (text.includes(person) || text.includes(JSON.stringify(person).slice(1, -1))) return true;
  const inBase64 = text.match(/[A-Za-z0-9+/]{12,}/g) ?? [];
  return inBase64.some((part) => Buffer.from(part, 'base64').toString('latin1').includes(person));
}

describe('redaction', () => {
  it('finds somebody where there is somebody: the search itself can fail', () => {
    const [, body = Buffer.alloc(0)] = GOLDEN_BODIES.find(([name]) => name === 'smb_app_state_sync/documented') ?? [];
    expect(peopleIn(body)).toEqual(expect.arrayContaining(['16505551234', 'Pablo Morales']));
    expect(peopleIn(body).every((person) => holds(body.toString(), person))).toBe(true);
    expect(holds('"wamid.HBgLMTY1MDU1NTEyMzQVAgARGBI"', '16505551234')).toBe(true);
  });

  const redactedText = (value: string | object) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return redact(Buffer.from(text)).body.toString();
  };
  const messageOf = (message: object) => ({
    object: 'whatsapp_business_account',
    entry: [{ id: '1', changes: [{ field: 'messages', value: { messages: [message] } }] }],
  });

  it('looks into JSON inside of strings, which stays JSON, and at names of members', () => {
    const answer = JSON.stringify({ full_name: 'Pablo Morales', '+16505551234': { text: 5, from: 16505551234 } });
    const text = redactedText(
      messageOf({ id: 'wamid.1', type: 'interactive', interactive: { nfm_reply: { response_json: answer } } }),
    );
    const inner = JSON.parse(
      JSON.parse(text).entry[0].changes[0].value.messages[0].interactive.nfm_reply.response_json,
    );
    expect(Object.keys(inner)[0]).toBe('full_name');
    expect(Object.values(inner)[1]).toEqual({ text: 5, from: expect.any(Number) });
    expect(text).not.toMatch(/Pablo|6505551234/);
  });

  it('keeps the documented names of members of a shared contact, and nothing of the contact', () => {
    const contact = {
      addresses: [
        {
          city: 'Menlo Park',
          country: 'United States',
          country_code: 'us',
          state: 'CA',
          street: '1 Hacker Way',
          type: 'WORK',
          zip: '94025',
        },
      ],
      birthday: '1999-01-23',
      emails: [{ email: 'bjohnson@example.com', type: 'WORK' }],
      name: {
        formatted_name: 'Barbara J. Johnson',
        first_name: 'Barbara',
        last_name: 'Johnson',
        middle_name: 'Joana',
        suffix: 'Esq.',
        prefix: 'Dr.',
      },
      org: { company: 'Social Tsunami', department: 'Legal', title: 'Lead Counsel' },
      phones: [{ phone: '+16505559999', wa_id: '16505559999', type: 'HOME' }],
      urls: [{ url: 'https://www.example.com/%40barbara', type: 'HOME' }],
    };
    const text = redactedText(messageOf({ id: 'wamid.1', type: 'contacts', contacts: [contact] }));
    const [shared] = JSON.parse(text).entry[0].changes[0].value.messages[0].contacts;
    const namesIn = (value: object): string[] =>
      Object.entries(value).flatMap(([name, inner]) => [name, ...(typeof inner === 'object' ? namesIn(inner) : [])]);
    expect(namesIn(shared)).toEqual(namesIn(contact));
    expect(text).not.toMatch(/Menlo|Hacker|bjohnson|Barbara|barbara|Joana|Tsunami|Counsel|6505559999/);
    expect(decodeURIComponent(shared.urls[0].url)).toMatch(/^https:\/\/[a-z.]+\/@[a-z]{7}$/);
  });

  it('replaces a number and a name the same way wherever they stand, also where others are kept', () => {
    const text = redactedText({
      object: 'whatsapp_business_account',
      entry: [
        {
          id: '102290129340398',
          changes: [
            {
              field: 'messages',
              value: {
                metadata: { display_phone_number: '+1 555-078-3881', phone_number_id: '16505551234' },
                contacts: [{ wa_id: '16505551234', profile: { name: 'Pablo' } }],
                messages: [{ id: 'm', type: 'order', from: '16505551234', order: { catalog_id: 'Pablo' } }],
              },
            },
          ],
        },
      ],
    });
    const { metadata, contacts, messages } = JSON.parse(text).entry[0].changes[0].value;
    expect(new Set([metadata.phone_number_id, contacts[0].wa_id, messages[0].from]).size).toBe(1);
    expect(messages[0].order.catalog_id).toBe(contacts[0].profile.name);
    expect(text).not.toMatch(/Pablo|16505551234/);
  });

  it('keeps ids of accounts, and replaces those of entries of other objects, which may be people', () => {
    const body = (object: string) =>
      Buffer.from(
        `{"object":"${object}","entry":[{"id":"5511987654321","time":1739321024,"uid":"5511987654321","changes":[]}]}`,
      );
    expect(redact(body('whatsapp_business_account')).body.toString()).toContain('"id":"5511987654321"');
    for (const other of ['user', 'page']) {
      const text = redact(body(other)).body.toString();
      expect(text).not.toContain('5511987654321');
      expect(text).toContain('"time":1739321024');
    }
  });

  it('keeps the order of members, repeated ones, truth values, and the digits of what it keeps', () => {
    const text =
      '{"object":"whatsapp_business_account","entry":[{"id":90071992547409931,"changes":[{"value":{"b":true,"messages":null,"a":1.50,"a":null},"field":"messages"}]}]}';
    expect(redactedText(text)).toMatch(
      /^\{"object":"whatsapp_business_account","entry":\[\{"id":90071992547409931,"changes":\[\{"value":\{"[a-z]":true,"messages":null,"([a-z])":1.50,"\1":null\},"field":"messages"\}\]\}\]\}$/,
    );
  });

  it('replaces what it cannot look through as a whole, differently for different bytes', () => {
    const bodies = [
      Buffer.from('{"from":"16505551234"'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('['.repeat(5000)),
      Buffer.alloc(0),
    ];
    const redacted = bodies.map(redact);
    expect(redacted.map(({ readable }) => readable)).toEqual([false, false, false, false]);
    expect(new Set(redacted.map(({ body }) => body.toString())).size).toBe(4);
  });

  it('leaves nobody in whatever shape of body, in known and unknown fields', () => {
    const person = fc.oneof(
      fc.tuple(fc.constantFrom('Zoë', 'Ann-Marie', 'Þór', 'María', 'QX'), fc.uuid()).map((parts) => parts.join(' ')),
      fc.bigInt(10n ** 10n, 10n ** 14n).map(String),
      fc.bigInt(10n ** 10n, 10n ** 14n).map((digits) => `+${digits}`),
    );
    const shape = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        person,
        person.map((text) => (/^\d+$/.test(text) ? Number(text) : text)),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(
          fc.oneof(person, fc.constantFrom('id', 'from', 'name', 'type', 'messages', 'text')),
          tie('value'),
          {
            maxKeys: 4,
          },
        ),
        tie('value').map((value) => JSON.stringify(value)),
      ),
    }));
    const fields = [...allFields().map(({ name }) => name), 'a_field_to_come'];
    fc.assert(
      fc.property(fc.constantFrom(...fields), shape.value, shape.value, (field, value, beside) => {
        const body = { object: 'whatsapp_business_account', entry: [{ id: '1', beside, changes: [{ field, value }] }] };
        const text = redactedText(body);
        for (const one of personsOf([value, beside])) expect([text, text.includes(one)]).toEqual([text, false]);
      }),
      { numRuns: 400 },
    );
  });

  it.each(allFields().map((field) => [field.name, field] as const))(
    'leaves nobody who stands in a sample of %s, whichever member that is',
    (name, field) => {
      for (const body of filledSamples(field)) {
        const text = redactedText(body);
        expect([name, SOMEBODY.filter((one) => text.includes(one))]).toEqual([name, []]);
      }
    },
  );
});

const SOMEBODY = ['Someone Nobody-Knows', '4915112345678901'];

/** Each text of each sample in turn replaced by a name, then by a number. */
function filledSamples({ name, samples }: AnyField): object[] {
  return samples.flatMap(({ value }) =>
    SOMEBODY.flatMap((somebody) => {
      const count = textsIn(value);
      return Array.from({ length: count }, (_, index) => {
        const filled = fill(structuredClone(value), { left: index, somebody });
        return { object: 'whatsapp_business_account', entry: [{ id: '1', changes: [{ field: name, value: filled }] }] };
      });
    }),
  );
}

/** Ids of the business's own things stay, by decision. */
const BUSINESS_ID =
  /^(?:phone_number_id|waba_id|entity_id|flow_id|solution_id|message_template_id|owner_business_id|request_id)$/;

function textsIn(value: unknown, member = ''): number {
  if (typeof value === 'string') return BUSINESS_ID.test(member) ? 0 : 1;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [name, inner]) => sum + textsIn(inner, Array.isArray(value) ? member : name),
    0,
  );
}

function fill(value: unknown, state: { left: number; somebody: string }, member = ''): unknown {
  if (typeof value === 'string' && !BUSINESS_ID.test(member)) {
    state.left -= 1;
    return state.left === -1 ? state.somebody : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  for (const [name, inner] of Object.entries(value)) {
    (value as Record<string, unknown>)[name] = fill(inner, state, Array.isArray(value) ? member : name);
  }
  return value;
}

/** Texts and names of members with a person in them, also inside of JSON texts. */
function personsOf(value: unknown): string[] {
  if (typeof value === 'number') return [String(value)];
  if (typeof value === 'string') {
    const inner = /^[[{"]/.test(value) ? JSON.parse(value) : undefined;
    return inner === undefined ? [value] : personsOf(inner);
  }
  if (typeof value !== 'object' || value === null) return [];
  const names = Array.isArray(value) ? [] : Object.keys(value).filter((name) => name.length > 10);
  return [...names, ...Object.values(value).flatMap(personsOf)];
}
