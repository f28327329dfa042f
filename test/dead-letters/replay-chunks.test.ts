/** An event larger than its topic takes lies in chunks among the dead letters; replay puts it together again. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { type AppOfDeadLetter, createReplay, type ReplayOptions } from '../../src/dead-letters/replay.ts';
import { createAcceptance } from '../../src/events/acceptance.ts';
import { FAMILY_NAMES } from '../../src/fields/families.ts';
import type { OutgoingRecord, StoredRecord } from '../../src/records/record.ts';
import { toRefusedRecordDeadLetters } from '../../src/records/refused-record.ts';
import { createKafkaReader } from '../../src/stores/kafka/reader.ts';
import { limitRecords } from '../ledger/kafka-admin.ts';
import { createTopic, log } from '../stores/kafka/support.ts';
import { collect } from '../support/collect.ts';
import { describeKafka } from '../support/kafka.ts';
import { receiveInto } from '../support/receive-into.ts';
import { runCli } from '../support/run-cli.ts';
import { ask, postSigned } from '../support/signed-request.ts';
import { startTestService } from '../support/start-service.ts';

const body = (text: string, entryId = '77') =>
  Buffer.from(
    `{"object":"whatsapp_business_account","entry":[{"id":"${entryId}","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"5"},` +
      `"messages":[{"id":"a","from":"1","timestamp":"1739321024","type":"text","big":98765432109876543210,"text":{"body":"${text}"}}]}}]}]}`,
  );

async function largeRecord(): Promise<OutgoingRecord> {
  const [record] = await receiveInto(body('\u00e4'.repeat(9_000)));
  return record as OutgoingRecord;
}

const chunksOf = (record: OutgoingRecord) =>
  toRefusedRecordDeadLetters(record, { topic: 'whatsapp.dead-letter', limitBytes: 4096, reason: 'too large' });

const toStored = (record: OutgoingRecord, index: number): StoredRecord => {
  return { ...record, partition: 0, offset: String(index) };
};

const APP: AppOfDeadLetter = {
  naming: { prefix: 'whatsapp', names: {} },
  accept: createAcceptance({ families: FAMILY_NAMES }),
};

async function replay(
  letter: OutgoingRecord,
  letters: readonly OutgoingRecord[],
  more: Partial<ReplayOptions> & { readonly value?: string } = {},
) {
  const stored: OutgoingRecord[] = [];
  const { value, ...options } = more;
  const replayDeadLetter = createReplay({
    append: async (records) => void stored.push(...records),
    appOf: () => APP,
    deadLettersSince: async function* () {
      yield* letters.map(toStored);
    },
    now: () => 5,
    ...options,
  });
  const repaired = value === undefined ? undefined : { value, actor: { kind: 'cli', name: 'me' } as const };
  return { result: await replayDeadLetter(toStored(letter, 0), { dryRun: false, repaired }), stored };
}

describe('an event in chunks', () => {
  it('is the same record again, from whichever of them, in any order, some twice', async () => {
    const large = await largeRecord();
    const chunks = chunksOf(large);
    expect(chunks.length).toBeGreaterThan(3);
    const others = chunksOf((await receiveInto(body('x'.repeat(9_000))))[0] as OutgoingRecord);
    for (const letter of [chunks[0], chunks.at(-1)] as OutgoingRecord[]) {
      const { result, stored } = await replay(letter, [...chunks.toReversed(), ...others, ...chunks]);
      expect(stored).toEqual([{ ...large, repeatable: true, remembered: true, timestampMs: 5 }]);
      expect(result).toMatchObject({ outcome: 'stored', events: [{ id: large.id, topic: large.topic }], issues: [] });
    }
  });

  it('keeps the hidden names it was made with', async () => {
    const large = { ...(await largeRecord()), key: '5:hidden' };
    const { stored } = await replay(chunksOf(large)[0] as OutgoingRecord, chunksOf(large), {
      appOf: () => ({ ...APP, pseudonymize: () => 'again' }),
    });
    expect(stored).toMatchObject([{ key: '5:hidden' }]);
  });

  it('that is a dead letter itself is read as one', async () => {
    const [letter] = await receiveInto(Buffer.from('not json '.repeat(900)));
    const chunks = chunksOf(letter as OutgoingRecord);
    expect((await replay(chunks[1] as OutgoingRecord, chunks)).result).toMatchObject({
      outcome: 'refused',
      issues: [{ code: 'not_json' }],
    });
    const value = body('repaired').toString();
    const { stored } = await replay(chunks[1] as OutgoingRecord, chunks, { value });
    expect(stored.map(({ headers }) => headers.ce_type)).toEqual([
      'whatsapp.messages.message',
      'whatsapp.dead_letter.repaired',
    ]);
  });

  it('is left alone where it is not whole, not ours, or needs no repair', async () => {
    const large = await largeRecord();
    const chunks = chunksOf(large);
    const [first, ...rest] = chunks as [OutgoingRecord, ...OutgoingRecord[]];
    const edited = (letter: OutgoingRecord, change: (data: Record<string, unknown>) => object) => {
      const event = JSON.parse(letter.value);
      return { ...letter, value: JSON.stringify({ ...event, data: { ...event.data, ...change(event.data) } }) };
    };
    const base64 = (text: string) => ({ body_base64: Buffer.from(text).toString('base64') });
    const alone = (text: string) =>
      edited(first, ({ chunk }) => ({ ...base64(text), chunk: { ...(chunk as object), number: 1, count: 1 } }));
    const other = (change: object) => alone(JSON.stringify({ ...JSON.parse(large.value), ...change }));
    const cases: [OutgoingRecord, readonly OutgoingRecord[], string][] = [
      [first, rest.slice(1), 'are still stored'],
      [edited(first, ({ chunk }) => ({ chunk: { ...(chunk as object), count: 1e9 } })), rest, 'are still stored'],
      [edited(first, ({ chunk }) => ({ chunk: { ...(chunk as object), key: undefined } })), rest, 'too long'],
      [alone('no event'), [], 'no event together'],
      [alone('['.repeat(100_000)), [], 'no event together'],
      [alone(large.value.replace('"from":"1"', '"from":[1]')), [], 'no event of this version'],
      [other({ id: '0'.repeat(32) }), [], 'no event of this version'],
      [other({ dataschema: 'urn:hubcast:whatsapp.messages.message:99' }), [], 'no event of this version'],
      [other({ deliveryid: '","x":"' }), [], 'no event of this version'],
      [chunksOf({ ...large, key: 'x'.repeat(600) })[0] as OutgoingRecord, chunksOf(large), 'too long'],
    ];
    for (const [letter, letters, why] of cases) {
      const { result, stored } = await replay(letter, letters);
      expect([why, stored, result.outcome, result.issues[0]?.message]).toEqual([
        why,
        [],
        'unreadable',
        expect.stringContaining(why),
      ]);
    }
    expect((await replay(first, rest, { value: '1' })).result.outcome).toBe('unreadable');
  });
});

describeKafka('an event larger than its Kafka topic takes', (kafka) => {
  it('is put into its topic by replay once the topic takes it, and a retry of Meta adds no other', async () => {
    const prefix = `chunks-${randomUUID().slice(0, 8)}`;
    const topic = `${prefix}.messages`;
    for (const name of [topic, `${prefix}.dead-letter`]) {
      await createTopic(kafka.brokers, name, { 'max.message.bytes': '20000' });
    }
    const env = { KAFKA_BROKERS: kafka.brokers.join(), TOPIC_PREFIX: prefix };
    const token = 'replay-token-0123456789';
    const headers = { authorization: `Bearer ${token}` };
    const API_TOKENS = `ops=${token};events:read+events:replay`;
    const service = await startTestService({ ...env, API_TOKENS });
    try {
      const sent = body('x'.repeat(60_000)).toString();
      expect((await postSigned(service.webhookUrl, sent)).status).toBe(200);
      await limitRecords(kafka.brokers, topic, 200_000);
      const first = await runCli(['dead-letters', 'replay', '--dry-run', '--json'], { env });
      expect(first.stderr).toBe('1 would be stored, 0 still refused, 0 still unreadable\n');
      const letters = JSON.parse((await ask(`${service.internalUrl}/dead-letters`, { headers })).text).data;
      expect(letters.length).toBeGreaterThan(3);
      const path = `/dead-letters/${letters[2].id}/replay?at=${letters[2].at}`;
      const replayed = JSON.parse((await ask(`${service.internalUrl}${path}`, { method: 'POST', headers })).text);
      expect(replayed).toMatchObject({ outcome: 'stored', events: [{ topic }] });
      expect((await postSigned(service.webhookUrl, sent)).status).toBe(200);
      const reader = createKafkaReader({ clientId: 'test', brokers: kafka.brokers, now: () => performance.now(), log });
      const stored = await collect(reader.read({ topics: [topic], from: 'start', follow: false }));
      const [expected] = await receiveInto(Buffer.from(sent));
      expect(stored.map(({ key, headers }) => [key, headers.ce_id])).toEqual([[expected?.key, expected?.id]]);
      const [record] = stored;
      expect(JSON.parse(record?.value ?? '').data).toEqual(JSON.parse(expected?.value ?? '').data);
      expect(record?.value).toContain('98765432109876543210');
      expect(await runCli(['dead-letters', 'replay'], { env })).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('stored as'),
      });
    } finally {
      await service.remove();
    }
  });
});
