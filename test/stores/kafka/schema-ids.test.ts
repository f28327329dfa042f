/** The ids of our schemas in a registry that is well, refuses, is slow or away. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLog } from '../../../src/core/log.ts';
import { checkRegistry } from '../../../src/stores/kafka/check-registry.ts';
import { readEventSchemas } from '../../../src/stores/kafka/registry-options.ts';
import { type EventSchema, openSchemaIds, type SchemaIds } from '../../../src/stores/kafka/schema-ids.ts';
import type { Finding } from '../../../src/stores/store-notes.ts';
import { type RegistryStandIn, startRegistryStandIn } from '../../support/registry-stand-in.ts';
import { until } from '../../support/until.ts';
import { makeRecord } from '../make-record.ts';

const schemas: readonly EventSchema[] = ['one', 'two', 'three'].map((name) => ({
  dataschema: `urn:hubcast:whatsapp.${name}:1`,
  subject: name,
  schema: `{"title":"${name}"}`,
}));
const recordOf = (name: string) => makeRecord('t', { headers: { ce_dataschema: `urn:hubcast:whatsapp.${name}:1` } });
const incompatible = { status: 200, body: { is_compatible: false, messages: ['TYPE_CHANGED at #/properties/id'] } };
const otherVersion = { status: 404, body: { error_code: 40403, message: 'Schema not found' } };

let registry: RegistryStandIn;
let opened: SchemaIds[];
let lines: string[];

beforeEach(async () => {
  registry = await startRegistryStandIn();
  opened = [];
  lines = [];
});
afterEach(async () => {
  for (const one of opened) one.close();
  await registry.close();
});

const connectionOf = (timeoutMs: number) => ({
  url: registry.url,
  authorization: () => 'Bearer token',
  ca: () => undefined,
  timeoutMs,
});

function open({ isFramed = true, timeoutMs = 2_000 } = {}): SchemaIds {
  const log = createLog('info', { write: (line: string) => void lines.push(line) });
  const ids = openSchemaIds({
    registry: connectionOf(timeoutMs),
    schemas: async () => schemas,
    isFramed,
    log,
  });
  opened.push(ids);
  return ids;
}

it('registers what is missing, keeps the ids, and asks no more', async () => {
  const ids = open();
  await ids.tried;
  const known = ['one', 'two', 'three'].map((name) => ids.idOf(recordOf(name)));
  expect(known.toSorted()).toEqual([100_001, 100_002, 100_003]);
  expect(ids.idOf(recordOf('four'))).toBeNull();
  expect(ids.warnings()).toEqual([]);
  expect(registry.subjects.get('two')).toEqual(['{"title":"two"}']);
  expect(new Set(registry.requests.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer token']));
  await registry.close();
  expect(ids.idOf(recordOf('one'))).toBe(known[0]);
  expect(lines.join('')).toContain('all schemas are registered');
});

it('finds what is registered without writing', async () => {
  await open().tried;
  const before = registry.requests.length;
  await open().tried;
  const later = registry.requests.slice(before).map(({ path }) => path);
  expect(later.toSorted()).toEqual(['/subjects/one', '/subjects/three', '/subjects/two']);
});

it('leaves values as they are where only the schemas are wanted', async () => {
  const ids = open({ isFramed: false });
  await ids.tried;
  expect(ids.idOf(recordOf('one'))).toBeNull();
  expect(registry.subjects.size).toBe(3);
});

describe('a registry that', () => {
  it.each<[string, RegistryStandIn['answering'], string]>([
    [
      'holds another schema under the subject',
      ({ path, subject }) => {
        if (subject !== 'two') return undefined;
        return path.startsWith('/compatibility') ? incompatible : otherVersion;
      },
      'two: the subject has a schema that ours is not compatible with: TYPE_CHANGED at #/properties/id.',
    ],
    [
      'refuses a schema',
      ({ path, subject }) =>
        subject === 'two' && path.endsWith('/versions')
          ? { status: 422, body: { error_code: 42201, message: 'Invalid schema' } }
          : undefined,
      'two: it answered with status 422: Invalid schema.',
    ],
    [
      'does not let us write',
      ({ path, subject }) =>
        subject === 'two' && path.endsWith('/versions') ? { status: 403, body: 'Forbidden' } : undefined,
      'two: it answered with status 403. Give the user of hubcast the right to write the subject',
    ],
  ])('%s: one line says so, and the others have their ids', async (_what, answering, says) => {
    registry.answering = answering;
    const ids = open();
    await ids.tried;
    expect(ids.warnings().join()).toContain(says);
    expect(ids.warnings().join()).toContain(
      '1 of 3 schemas are not registered. Their values are plain JSON until then.',
    );
    expect(ids.idOf(recordOf('two'))).toBeNull();
    expect(ids.idOf(recordOf('three'))).not.toBeNull();
    expect(lines.filter((line) => line.includes('schemas are missing'))).toHaveLength(1);
    // Once it has changed, they are registered without a restart.
    registry.answering = () => undefined;
    await until(() => ids.idOf(recordOf('two')) !== null);
    await until(() => ids.warnings().length === 0);
  });

  it.each<[string, RegistryStandIn['answering'], string]>([
    ['does not answer', () => null, 'it did not answer within 200 ms'],
    ['fails', () => ({ status: 500, body: { message: 'no store' } }), 'it answered with status 500: no store'],
    [
      'is none',
      () => ({ status: 200, body: '<html>' }),
      'its answer has no id; check that the URL is that of a schema',
    ],
    ['answers at length', () => ({ status: 200, body: 'x'.repeat(300_000) }), 'its answer is too long'],
    ['knows no such path', () => ({ status: 404, body: 'nothing here' }), 'it answered with status 404'],
    ['gives an id beyond 31 bits', () => ({ status: 200, body: { id: 2 ** 31 } }), 'its answer has no id'],
  ])('%s: is named, and asked again', async (_what, answering, says) => {
    registry.answering = answering;
    const ids = open({ timeoutMs: 200 });
    await ids.tried;
    expect(ids.warnings().join()).toContain(says);
    expect(ids.warnings().join()).toContain('3 of 3 schemas are not registered');
    expect(ids.idOf(recordOf('one'))).toBeNull();
    registry.answering = () => undefined;
    await until(() => ids.warnings().length === 0);
    expect(ids.idOf(recordOf('one'))).not.toBeNull();
  });

  it('is away at the start: is named', async () => {
    await registry.close();
    const ids = open();
    await ids.tried;
    expect(ids.warnings().join()).toContain('ECONNREFUSED');
  });
});

describe('hubcast doctor', () => {
  async function findingsOf(): Promise<readonly [code: string, what: string][]> {
    const found: Finding[] = [];
    const notes = { begin: () => undefined, skip: () => undefined, report: (one: Finding) => void found.push(one) };
    await checkRegistry(connectionOf(2_000), schemas, notes);
    return found.map(({ code, what }) => [code, what]);
  }

  it('says what is not registered yet, writes nothing, and has nothing to say afterwards', async () => {
    expect(await findingsOf()).toEqual([['schema_not_registered_yet', '3 of 3 schemas are not registered yet.']]);
    expect(registry.subjects.size).toBe(0);
    await open().tried;
    expect(await findingsOf()).toEqual([]);
  });

  it('names a schema that is refused, and a registry that is away', async () => {
    registry.answering = ({ path }) => (path.startsWith('/compatibility') ? incompatible : otherVersion);
    expect((await findingsOf()).map(([code]) => code)).toEqual(['schema_refused', 'schema_refused', 'schema_refused']);
    await registry.close();
    expect(await findingsOf()).toEqual([['schema_registry_unreachable', expect.stringContaining('cannot be used')]]);
  });
});

it('gives every event type a subject of its own, named as its schema', async () => {
  const all = await readEventSchemas();
  expect(all.length).toBeGreaterThan(50);
  expect(new Set(all.map(({ subject }) => subject)).size).toBe(all.length);
  const name = all.find(({ dataschema }) => dataschema === 'urn:hubcast:whatsapp.phone_number_name_update:1');
  expect(name?.subject).toBe('PhoneNumberNameUpdate');
  for (const { subject, schema } of all) {
    expect(JSON.parse(schema).title).toBe(subject);
    expect(schema).not.toContain('"examples"');
  }
});
