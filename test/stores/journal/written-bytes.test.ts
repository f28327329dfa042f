/** What a write costs the disk before it is acknowledged, counted by the kernel. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { journalFile } from '../../../src/stores/journal/files.ts';
import { packRecords } from '../../../src/stores/journal/packed-records.ts';
import { openWriter, type Writer } from '../../../src/stores/journal/writer.ts';
import { makeRecord } from '../make-record.ts';
import { withDataDir } from './support/scratch.ts';

const COUNTERS = '/proc/self/io';

function writtenBytes(): number {
  return Number(/^wchar: (\d+)$/m.exec(readFileSync(COUNTERS, 'utf8'))?.[1]);
}

/** A record of 1.2 kB with key, headers and value, as a status makes it. */
function usualRecord() {
  const id = randomBytes(16).toString('hex');
  const headers = {
    ce_id: id,
    ce_type: 'whatsapp.messages.status',
    ce_source: '/whatsapp/102290129340398',
    padding: 'x'.repeat(150),
  };
  return makeRecord('whatsapp.message-statuses', {
    id,
    headers,
    value: JSON.stringify({ id, padding: 'x'.repeat(850) }),
  });
}

/** Bytes for each record of groups of `size`, before the answer and after it. */
function bytesOfARecord(
  writer: Writer,
  size: number,
  groups: number,
): { readonly before: number; readonly after: number } {
  let before = 0;
  let after = 0;
  for (let group = 0; group < groups; group += 1) {
    const packed = packRecords(Array.from({ length: size }, usualRecord), undefined);
    const start = writtenBytes();
    writer.write({ ...packed, nowMs: Date.now(), progress: undefined });
    const answered = writtenBytes();
    writer.tidy();
    before += answered - start;
    after += writtenBytes() - answered;
  }
  return { before: before / (size * groups), after: after / (size * groups) };
}

(existsSync(COUNTERS) ? it : it.skip)(
  'a lone update writes 16 kB at most, one of 64 at once 4 kB',
  async () => {
    await withDataDir(async (dataDir) => {
      const settings = { maxBytes: 1e10, maxIdBytes: null, reserveBytes: 0, boundedBy: 'JOURNAL_MAX_BYTES' };
      const writer = openWriter({ ...settings, file: journalFile(dataDir), owner: 'test', first: true });
      // More ids than wait in memory, so that their way into the table is counted too.
      const many = bytesOfARecord(writer, 64, 1_000);
      expect(many.before).toBeLessThan(4_000);
      expect(many.before + many.after).toBeLessThan(4_000);
      expect(many.before).toBeGreaterThan(1_200);
      const lone = bytesOfARecord(writer, 1, 500);
      expect(lone.before).toBeLessThan(16 * 1024);
      writer.close(Date.now());
    });
  },
  60_000,
);
