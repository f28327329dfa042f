/** Dead letters that are read again become what they would have been, had they been read right the first time. */
import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { type AppOfDeadLetter, createReplay, type ReplayOptions } from '../../src/dead-letters/replay.ts';
import { createAcceptance } from '../../src/events/acceptance.ts';
import { systemEventSchemaOf } from '../../src/events/contract.ts';
import { sampleBody } from '../../src/events/examples.ts';
import { deadLetterRepaired } from '../../src/events/system/dead-letter-repaired.ts';
import { FAMILY_NAMES } from '../../src/fields/families.ts';
import type { AnyField } from '../../src/fields/field.ts';
import { allFields } from '../../src/fields/registry.ts';
import { dedupeKeyOf } from '../../src/records/dedupe-key.ts';
import type { OutgoingRecord, StoredRecord } from '../../src/records/record.ts';
import { receiveInto } from '../support/receive-into.ts';

const APP: AppOfDeadLetter = {
  naming: { prefix: 'whatsapp', names: {} },
  accept: createAcceptance({ families: FAMILY_NAMES }),
};
const NOW_MS = Date.UTC(2026, 10, 23);

const ACTOR = { kind: 'token', name: 'ops' } as const;

async function replay(
  letter: OutgoingRecord,
  { value, dryRun = false }: { readonly value?: string; readonly dryRun?: boolean } = {},
  more: Partial<ReplayOptions> = {},
) {
  const appended: OutgoingRecord[] = [];
  const replayDeadLetter = createReplay({
    append: async (records) => void appended.push(...records),
    appOf: () => APP,
    deadLettersSince: async function* () {},
    now: () => NOW_MS,
    ...more,
  });
  const repaired = value === undefined ? undefined : { value, actor: ACTOR };
  const result = await replayDeadLetter(toStored(letter), { dryRun, repaired });
  const isAudit = ({ headers }: OutgoingRecord) => headers.ce_type === 'whatsapp.dead_letter.repaired';
  return {
    stored: appended.filter((record) => !isAudit(record)),
    audits: appended.filter(isAudit).map((record) => JSON.parse(record.value)),
    result,
  };
}

function toStored({ topic, key, headers, value, timestampMs }: OutgoingRecord): StoredRecord {
  return { topic, partition: 0, offset: '1', key, headers, value, timestampMs };
}

/** The registry as it was before it knew better. */
const restores: (() => void)[] = [];
afterEach(() => {
  for (const restore of restores.splice(0)) restore();
});

async function withoutKnowing<T>(field: AnyField, work: () => Promise<T>): Promise<T> {
  const known = field.events.map(({ value }) => value);
  for (const event of field.events) Object.assign(event, { value: z.never() });
  const restore = () => field.events.forEach((event, index) => void Object.assign(event, { value: known[index] }));
  restores.push(restore);
  try {
    return await work();
  } finally {
    restore();
  }
}

const fieldNamed = (name: string) => allFields().find((field) => field.name === name) as AnyField;

/** The same content, whatever the order of its members. */
function contentOf({ id, topic, key, headers, value }: OutgoingRecord) {
  return { id, topic, key, headers, event: JSON.parse(value) };
}

function repairedContentOf(record: OutgoingRecord) {
  const content = contentOf(record);
  const repairedby = 'token:ops';
  return {
    ...content,
    headers: { ...content.headers, ce_repairedby: repairedby },
    event: { ...content.event, repairedby },
  };
}

describe.each(allFields().map((field) => [field.name, field] as const))('a refused item of %s', (_name, field) => {
  it.each(field.samples.map((sample) => [sample.about, sample] as const))(
    'is what it would have been: %s',
    async (_about, sample) => {
      const body = Buffer.from(sampleBody(field, sample));
      const good = await receiveInto(body);
      const refused = await withoutKnowing(field, () => receiveInto(body));
      expect(refused.every(({ headers }) => headers.ce_type === 'whatsapp.dead_letter')).toBe(true);
      const again = await Promise.all(refused.map((letter) => replay(letter)));
      expect(again.flatMap(({ stored }) => stored).map(contentOf)).toEqual(good.map(contentOf));
      for (const { stored, result } of again) {
        expect(result).toMatchObject({ outcome: 'stored', dropped: 0, issues: [] });
        for (const record of stored)
          expect(record).toMatchObject({ repeatable: true, remembered: true, timestampMs: NOW_MS });
      }
    },
  );
});

describe('a dead letter that is read again', () => {
  const surrounded = (time: string) =>
    `{"extra":{"n":12345678901234567890},"object":"whatsapp_business_account","entry":[{"id":123,"time":${time},"beside":[1.0],` +
    `"changes":[{"field":"messages","odd":null,"value":{"messaging_product":7,"metadata":{"phone_number_id":106540352242922,"display_phone_number":"1555"},` +
    `"contacts":[{"wa_id":"1"},{"wa_id":"2"},{"wa_id":"3"}],"messages":[{"id":"a","from":"1","type":"text","big":98765432109876543210},` +
    `{"id":"b","from":"2","type":"text"}],"statuses":[{"id":"c","status":"sent","recipient_id":"1"}]}}]}]}`;

  it.each(['1739321024', '"1739321024"', '1739321024.0', '"soon"', '{"at":1}'])(
    'has its surroundings back, and every digit: time %s',
    async (time) => {
      const body = Buffer.from(surrounded(time));
      const good = await receiveInto(body);
      const refused = await withoutKnowing(fieldNamed('messages'), () => receiveInto(body));
      expect(good.map(({ headers }) => headers.ce_type)).toEqual([
        'whatsapp.messages.message',
        'whatsapp.messages.message',
        'whatsapp.messages.status',
      ]);
      const again = await Promise.all(refused.map((letter) => replay(letter)));
      expect(again.flatMap(({ stored }) => stored).map(contentOf)).toEqual(good.map(contentOf));
      expect(again[0]?.stored[0]?.value).toContain('98765432109876543210');
      expect(again[0]?.stored[0]?.value).toContain('12345678901234567890');
    },
  );

  it('is counted and stays where it is still refused', async () => {
    for (const letter of await deadLettersOf(
      '{"object":"whatsapp_business_account","entry":[7,{"id":"1","changes":[5,{"field":"security"},{"field":"security","value":{"event":1}},{"field":"messages","value":{"messages":{"id":1}}},{"field":"history","value":{"history":[{"threads":[7]}]}}]},{"id":"1","changes":7}]}',
    )) {
      const { stored, result } = await replay(letter);
      expect(stored).toEqual([]);
      expect(result).toMatchObject({ outcome: 'refused', events: [] });
      expect(result.issues.map(({ code }) => code)).toEqual(
        JSON.parse(letter.value).data.issues.map(({ code }: { code: string }) => code),
      );
    }
    for (const body of ['not json', '[]', '{"object":"whatsapp_business_account","entry":[]}']) {
      const [letter] = await deadLettersOf(body);
      expect((await replay(letter as OutgoingRecord)).result.outcome).toBe('refused');
    }
  });

  it('of another object stays of that object', async () => {
    const [letter] = await deadLettersOf(
      '{"object":"page","entry":[{"id":"1","changes":[{"field":"security","value":{"a":1,"a":2}}]}]}',
    );
    const value = '{"a":2}';
    const { stored } = await replay(letter as OutgoingRecord, { value });
    const [same] = await receiveInto(
      Buffer.from('{"object":"page","entry":[{"id":"1","changes":[{"field":"security","value":{"a":2}}]}]}'),
    );
    expect(stored.map(contentOf)).toEqual([repairedContentOf(same as OutgoingRecord)]);
  });

  it('takes a repaired value in place of what was refused', async () => {
    const wrong = { display_phone_number: 15550783881, decision: 'APPROVED' };
    const right = { ...wrong, display_phone_number: '15550783881' };
    const body = (value: object) => sampleBody({ name: 'phone_number_name_update' }, { about: '', value });
    const [letter] = await deadLettersOf(body(wrong));
    const dry = await replay(letter as OutgoingRecord, { value: JSON.stringify(right), dryRun: true });
    expect(dry.stored).toEqual([]);
    expect(dry.result.events).toHaveLength(1);
    expect(dry.audits).toEqual([]);
    const value = JSON.stringify(right);
    const { stored, audits, result } = await replay(letter as OutgoingRecord, { value });
    const [good] = await receiveInto(Buffer.from(body(right)));
    expect(stored.map(contentOf)).toEqual([repairedContentOf(good as OutgoingRecord)]);
    // The events say so, and the record of it is stored with them.
    expect(audits).toMatchObject([
      {
        type: 'whatsapp.dead_letter.repaired',
        data: {
          dead_letter_id: letter?.id,
          actor: ACTOR,
          value_sha256: createHash('sha256').update(value).digest('hex'),
          events: result.events,
        },
      },
    ]);
    expect(systemEventSchemaOf(deadLetterRepaired).safeParse(audits[0]).error).toBeUndefined();
  });

  it('leaves no audit where all is as Meta sent it', async () => {
    const field = fieldNamed('security');
    const body = Buffer.from(sampleBody(field, field.samples[0]));
    const [letter] = await withoutKnowing(field, () => receiveInto(body));
    const { stored, audits } = await replay(letter as OutgoingRecord);
    expect([stored.length, audits]).toEqual([1, []]);
    expect(stored[0]?.value).not.toContain('repairedby');
  });

  it('is not read where anybody could have written it', async () => {
    const [letter] = await deadLettersOf('not json');
    const event = JSON.parse((letter as OutgoingRecord).value);
    for (const value of [
      '',
      'x',
      '[]',
      '{}',
      JSON.stringify({ ...event, deliveryid: '","x":"' }),
      JSON.stringify({ ...event, data: { ...event.data, part: 'soul' } }),
      JSON.stringify({ ...event, data: { ...event.data, part: 'item', path: '__proto__', value: 1 } }),
      JSON.stringify({ ...event, data: { ...event.data, part: 'unrecognized', value: {} } }),
    ]) {
      const { stored, result } = await replay({ ...(letter as OutgoingRecord), value });
      expect([value, stored, result.outcome]).toEqual([value, [], 'unreadable']);
    }
  });
});

async function deadLettersOf(body: string): Promise<OutgoingRecord[]> {
  const records = await receiveInto(Buffer.from(body));
  return records.filter(({ headers }) => headers.ce_type === 'whatsapp.dead_letter');
}

it('hides people in keys and subjects as webhooks do', async () => {
  const field = fieldNamed('messages');
  const [sample] = field.samples;
  const body = Buffer.from(sampleBody(field, sample));
  const [letter] = await withoutKnowing(field, () => receiveInto(body));
  const { stored } = await replay(
    letter as OutgoingRecord,
    {},
    {
      appOf: () => ({ ...APP, pseudonymize: () => 'somebody' }),
    },
  );
  expect(stored).toMatchObject([{ key: '123456123:somebody', headers: { ce_subject: 'somebody' } }]);
});

it('is known as of its own app, so that a repetition of the delivery is told', async () => {
  const [letter] = await deadLettersOf('not json');
  const value = sampleBody(fieldNamed('security'), fieldNamed('security').samples[0]);
  const appOf = () => ({ ...APP, ofSeveralApps: true });
  const { stored } = await replay(letter as OutgoingRecord, { value }, { appOf });
  const [{ id } = { id: '' }] = stored;
  expect(stored).toMatchObject([{ dedupeKey: dedupeKeyOf('main', id), repeatable: true, remembered: true }]);
});

it('of the Test button is stored each time, and never remembered', async () => {
  const [letter] = await deadLettersOf('not json');
  const { samples } = fieldNamed('security');
  const value = sampleBody(fieldNamed('security'), { ...samples[0], entry: { id: '0' } });
  const { stored } = await replay(letter as OutgoingRecord, { value });
  expect(stored.map(({ repeatable, remembered }) => [repeatable, remembered])).toEqual([[true, undefined]]);
});
