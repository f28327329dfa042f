/** Every command that opens a journal, on files that are none: a sentence and an exit code, never a stack, and the file as it was. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { journalFile } from '../../src/stores/journal/files.ts';
import { openTestJournal } from '../stores/journal/support/scratch.ts';
import { makeRecord } from '../stores/make-record.ts';
import { runCli, SECRET, TOKEN } from '../support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'hubcast-damaged-'));
const file = journalFile(folder);
let whole: Buffer;
beforeAll(async () => {
  const journal = await openTestJournal(folder);
  for (let n = 0; n < 20; n += 1) await journal.append([makeRecord('whatsapp.messages', { value: 'x'.repeat(5_000) })]);
  await journal.close();
  whole = readFileSync(file);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const COMMANDS: readonly (readonly string[])[] = [
  ['serve'],
  ['events'],
  ['dead-letters', 'list'],
  ['forward'],
  ['erase', '--number', '16505551234', '--yes'],
  ['capture', 'export'],
  ['journal', 'check'],
  ['journal', 'backup', join(folder, 'copy.db')],
];

const KINDS: readonly [string, () => void, RegExp][] = [
  ['is no database', () => writeFileSync(file, 'x'.repeat(10_000)), /damaged/],
  ['was cut short', () => writeFileSync(file, whole.subarray(0, 9_000)), /damaged|malformed/],
  [
    'is of a newer version',
    () => {
      writeFileSync(file, whole);
      const database = new DatabaseSync(file);
      database.exec('PRAGMA user_version = 99');
      database.close();
    },
    /made by a newer hubcast/,
  ],
];

describe.each(KINDS)('a journal that %s', (_kind, make, words) => {
  it.each(COMMANDS.map((command) => [command.slice(0, 2).join(' '), command] as const))(
    '%s says so',
    async (_, command) => {
      make();
      const before = readFileSync(file);
      const env = {
        META_APP_SECRET: SECRET,
        META_VERIFY_TOKEN: TOKEN,
        DATA_DIR: folder,
        PORT: '0',
        INTERNAL_PORT: '0',
      };
      const more = command[0] === 'forward' ? { KAFKA_BROKERS: '127.0.0.1:1' } : {};
      const { code, stdout, stderr } = await runCli(command, { env: { ...env, ...more } });
      expect({ code, said: stdout + stderr }).toEqual({ code: expect.any(Number), said: expect.stringMatching(words) });
      expect(code).not.toBe(0);
      expect(stdout + stderr).not.toMatch(/\n\s+at |\\n\s+at /);
      expect(readFileSync(file).equals(before)).toBe(true);
    },
  );
});
