/**
 * Every folder of test/fixtures/webhooks is a signed body and the records it must become. `UPDATE_GOLDEN=1` rewrites
 * the records; the difference is reviewed like code.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { allFields } from '../../src/fields/registry.ts';
import type { OutgoingRecord } from '../../src/records/record.ts';
import { receiveInto } from '../support/receive-into.ts';

const ROOT = join(import.meta.dirname, '..', 'fixtures', 'webhooks');

const cases = readdirSync(ROOT).flatMap((field) => readdirSync(join(ROOT, field)).map((name) => `${field}/${name}`));

describe('golden webhooks', () => {
  it.each(cases)('%s', async (name) => {
    const folder = join(ROOT, name);
    const records = await receiveInto(readFileSync(join(folder, 'payload.json')));
    const expected = join(folder, 'records.json');
    const text = `${JSON.stringify(records.map(readable), null, 2)}\n`;
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(expected, text);
    expect({ name, 'records.json is there (else: UPDATE_GOLDEN=1)': existsSync(expected) }).toEqual({
      name,
      'records.json is there (else: UPDATE_GOLDEN=1)': true,
    });
    expect(text).toBe(readFileSync(expected, 'utf8'));
  });

  it('has a folder for every field of the registry', () => {
    expect(readdirSync(ROOT)).toEqual(expect.arrayContaining(allFields().map((field) => field.name)));
  });
});

/** The event as JSON where that shows all of it; its text too where digits or members would be lost. */
function readable({ value, ...record }: OutgoingRecord) {
  const event: unknown = JSON.parse(value);
  return JSON.stringify(event) === value ? { ...record, event } : { ...record, event, text: value };
}
