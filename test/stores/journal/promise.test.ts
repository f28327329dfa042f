/** The promise over a real process: what was answered with 200 survives `kill -9`, exactly once per id. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { readJournal } from '../../../src/stores/journal/read-journal.ts';
import { nameUpdateBody, post } from '../../support/name-update.ts';
import { SECRET, startServe } from '../../support/run-cli.ts';
import { until } from '../../support/until.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'hubcast-promise-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const CONNECTIONS = 16;
const ROUNDS = 3;

describe('kill -9 during load', () => {
  it('loses no POST that got a 200, and stores none twice', async () => {
    const acknowledged = new Set<string>();
    let next = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const service = await startServe({ DATA_DIR: dataDir });
      let running = true;
      const before = acknowledged.size;
      const senders = Array.from({ length: CONNECTIONS }, async () => {
        // A number that was not acknowledged is sent again after the restart, as Meta would.
        let number = next++;
        while (running) {
          const status = await post(`${service.publicUrl}/webhook`, nameUpdateBody(number), SECRET).then(
            (response) => response.status,
            () => 0,
          );
          if (status !== 200) return;
          acknowledged.add(String(15550000000 + number));
          number = next++;
        }
      });
      await until(() => acknowledged.size >= before + 300);
      await service.end('SIGKILL');
      running = false;
      await Promise.all(senders);
      next = round % 2 === 0 ? 0 : next;
    }
    const subjects: string[] = [];
    const reader = readJournal(dataDir);
    for await (const record of reader.read({ topics: ['whatsapp.phone-numbers'], from: 'start', follow: false })) {
      subjects.push(record.headers.ce_subject ?? '');
    }
    reader.close();
    expect(new Set(subjects).size).toBe(subjects.length);
    expect([...acknowledged].filter((subject) => !subjects.includes(subject))).toEqual([]);
    expect(acknowledged.size).toBeGreaterThan(600);
  }, 120_000);
});
