import { describe, expect, it } from '@jest/globals';
import { exampleEvents } from '../../../src/events/examples.ts';
import { allEvents, allFields } from '../../../src/fields/registry.ts';
import { decodeEvent } from '../../../src/sdk/index.ts';
import {
  allSamples,
  batchOf,
  type FieldName,
  recordsOf,
  samplesOf,
  signedRequest,
  signPayload,
} from '../../../src/sdk/testing.ts';
import { receiveInto } from '../../support/receive-into.ts';

const FIELDS = allFields().map(({ name }) => name as FieldName);

describe('the samples', () => {
  it('are there for every field, and become events of every type', () => {
    expect(new Set(allSamples().map(({ field }) => field))).toEqual(new Set(FIELDS));
    const types = allSamples().flatMap(({ payload }) => recordsOf(payload).map((record) => decodeEvent(record).type));
    expect(new Set(types).size).toBe(allEvents().length);
  });

  it('of a field that is not there name the way out', () => {
    expect(() => samplesOf('message' as FieldName)).toThrow(/no field "message".*describe fields/);
  });
});

describe('the records of a payload', () => {
  it('are those the service stores', async () => {
    for (const { payload } of allSamples()) {
      const stored = await receiveInto(Buffer.from(payload));
      const { timestampMs: receivedMs = 0, value = '{}' } = stored[0] ?? {};
      const records = recordsOf(payload, { receivedMs, deliveryId: JSON.parse(value).deliveryid });
      const expected = stored.map(({ id, repeatable, ...record }) => record);
      expect(records.map(({ partition, offset, ...record }) => record)).toEqual(expected);
    }
  });

  it('are the examples of the contract, without any option', () => {
    const [sample] = samplesOf('phone_number_name_update');
    expect(recordsOf(sample.payload).map(({ value }) => JSON.parse(value))).toEqual(
      exampleEvents().get('whatsapp.phone_number_name_update')?.slice(0, 1),
    );
  });

  it('have partitions and offsets like those of a topic', () => {
    const records = recordsOf(batchOf(100, 'messages'), { partitions: 4, firstOffset: 7, topicPrefix: 'test' });
    expect(records.map(({ topic }) => topic)).toEqual(Array(100).fill('test.messages'));
    const [first] = records;
    expect(new Set(records.map(({ partition }) => partition))).toEqual(new Set([first?.partition]));
    expect(records.map(({ offset }) => offset)).toEqual(Array.from({ length: 100 }, (_, index) => String(7 + index)));
  });

  it('keep unreadable values as dead letters', () => {
    const [record] = recordsOf('no json');
    expect(record && decodeEvent(record).type).toBe('whatsapp.dead_letter');
  });
});

describe('a batch', () => {
  it.each(FIELDS)('of %s holds only different updates', (field) => {
    const single = recordsOf(samplesOf(field)[0].payload).length;
    const records = recordsOf(batchOf(20, field));
    expect(records).toHaveLength(20 * single);
    expect(new Set(records.map(({ headers }) => headers.ce_id)).size).toBe(20 * single);
    expect(records.filter(({ topic }) => topic.endsWith('dead-letter') || topic.endsWith('unknown'))).toEqual([]);
  });

  it('of 1,000 is as large as Meta makes them', () => {
    expect(recordsOf(batchOf(1000))).toHaveLength(1000);
  });

  it('gives messages ids of their own', () => {
    const ids = recordsOf(batchOf(3, 'messages')).map((record) => record.headers.ce_subject);
    expect(ids).toEqual(['ABGGFlA5Fpa.1', 'ABGGFlA5Fpa.2', 'ABGGFlA5Fpa.3']);
  });

  it.each([0, -1, 1.5, Number.NaN])('of %s is refused', (count) => {
    expect(() => batchOf(count)).toThrow(RangeError);
  });
});

describe('a signature', () => {
  it('is made of the bytes as they are: published vectors A and B', () => {
    const empty = { object: 'whatsapp_business_account', entry: [] };
    const spaced = '{"object": "whatsapp_business_account", "entry": []}';
    const a = 'sha256=dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756';
    const b = 'sha256=56cbbaf4961c6cfdae48b7f116c047e5eb513d2c931baae63a2bc1afd26f803a';
    for (const payload of [empty, JSON.stringify(empty), Buffer.from(JSON.stringify(empty))]) {
      expect(signPayload(payload, 'test_app_secret')).toBe(a);
    }
    expect(signPayload(spaced, 'test_app_secret')).toBe(b);
    const { headers, body } = signedRequest(spaced, 'test_app_secret');
    expect([headers['x-hub-signature-256'], new TextDecoder().decode(body)]).toEqual([b, spaced]);
  });
});
