import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import theirs from 'kafkajs/src/protocol/recordBatch/record/v0/index.js';
import { encodeRecord } from '../../../src/stores/kafka/record-encoder.ts';

const text = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ minLength: 100, maxLength: 9000 }),
);
const wellFormed = text.map((value) => value.toWellFormed());

describe('encodeRecord', () => {
  it('gives the bytes kafkajs gives', () => {
    fc.assert(
      fc.property(
        fc.record({
          offsetDelta: fc.nat({ max: 100_000 }),
          timestampDelta: fc.oneof(fc.integer(), fc.maxSafeInteger()),
          key: fc.option(wellFormed),
          value: fc.oneof(
            wellFormed,
            fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes)),
          ),
          headers: fc.dictionary(wellFormed, wellFormed, { maxKeys: 9 }),
        }),
        (record) => {
          expect(encodeRecord(record).buffer.toString('hex')).toBe(theirs(record).buffer.toString('hex'));
        },
      ),
    );
  });

  it('is the one kafkajs uses outside of jest', () => {
    const script = `
      const connection = await import('./src/stores/kafka/connection.ts');
      const { createRequire } = await import('node:module');
      const used = createRequire(import.meta.url)('kafkajs/src/protocol/recordBatch/record/v0/index.js');
      console.log(used.name, typeof connection.connectBroker);`;
    const root = join(import.meta.dirname, '..', '..', '..');
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(output.trim()).toBe('encodeRecord function');
  });
});
