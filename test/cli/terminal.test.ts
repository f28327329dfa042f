/** What a terminal gets of texts that strangers sent. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { PLAIN_ENV } from '../support/run-cli.ts';

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'hubcast.js');
const folder = mkdtempSync(join(tmpdir(), 'hubcast-terminal-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const HOSTILE = 'a\u009b2Jb\u007fc\u001b[31md\u202eexe.gnp\u200e\ufeff\u{e0041}\u2028';
const payload = join(folder, 'payload.json');
writeFileSync(payload, JSON.stringify({ field: 'messages', value: { text: HOSTILE, [HOSTILE]: 1 } }));

// util-linux's script gives the command a terminal.
const hasScript = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;
if (!hasScript) process.stderr.write('Skipped: a command on a terminal, which needs "script" of util-linux.\n');

it.each(['json', 'pretty'])('--format %s escapes what a terminal obeys or hides', (format) => {
  if (!hasScript) return;
  const env = { ...PLAIN_ENV, TERM: 'xterm', NO_COLOR: '1' };
  const command = `'${process.execPath}' '${BIN}' parse '${payload}' --format ${format}`;
  const { stdout, status } = spawnSync('script', ['-qec', command, '/dev/null'], { env, encoding: 'utf8' });
  expect(status).toBe(0);
  const shown = stdout.replaceAll('\r\n', '\n');
  expect(shown).toContain('\\u009b2J');
  expect(shown).toContain('\\u202e');
  expect(shown.match(/[^\P{Cc}\n]|[\u2028\u2029]|\p{Cf}/gu)).toBeNull();
  if (format === 'json') expect(JSON.parse(shown).event.data.value.text).toBe(HOSTILE);
});

it('--format json into a pipe is the text as it came', () => {
  const { stdout } = spawnSync(process.execPath, [BIN, 'parse', payload, '--format', 'json'], { encoding: 'utf8' });
  expect(stdout).toContain('\u202eexe.gnp');
  expect(JSON.parse(stdout).event.data.value.text).toBe(HOSTILE);
});
