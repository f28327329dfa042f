/** A short run of the ledger, as `npm run ledger` does it, and the proof that it can fail. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { describeOwnKafka } from '../support/kafka.ts';

const MAIN = join(import.meta.dirname, 'main.ts');

interface Row {
  readonly mode: string;
  readonly fault: string;
  readonly obligations: number;
  readonly missing: number;
  readonly clean: boolean;
}

async function runLedger(args: readonly string[]): Promise<{ code: number | null; rows: Row[]; notes: string }> {
  const options = ['--disable-warning=TimeoutNegativeWarning', MAIN, '--json', ...args];
  const child = spawn(process.execPath, options, { stdio: ['ignore', 'pipe', 'pipe'] });
  const text = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    text.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    text.stderr += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const rows = text.stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Row);
  return { code, rows, notes: text.stderr };
}

const kept = (mode: string, fault: string) => expect.objectContaining({ mode, fault, missing: 0, clean: true });

it('the journal keeps what was acknowledged when the service is killed', async () => {
  const { code, rows, notes } = await runLedger([
    '--mode',
    'journal',
    '--fault',
    'service-killed',
    '--minutes',
    '0.05',
  ]);
  expect({ code, rows, notes }).toMatchObject({ code: 0, rows: [kept('journal', 'service-killed')] });
  expect(rows[0]?.obligations).toBeGreaterThan(100);
}, 60_000);

it('the ledger fails when 200 comes before the write', async () => {
  const early = ['--mode', 'journal', '--fault', 'service-killed', '--minutes', '0.05', '--sabotage', 'answer-early'];
  const { code, rows, notes } = await runLedger(early);
  expect(code).toBe(1);
  expect(rows[0]?.missing).toBeGreaterThan(0);
  expect(notes).toContain('BROKEN journal service-killed');
}, 60_000);

describeOwnKafka('with a Kafka that fails', () => {
  it('keeps what was acknowledged', async () => {
    const faults = ['broker-killed', 'record-limit-lowered'];
    const { code, rows, notes } = await runLedger([
      '--mode',
      'direct',
      '--fault',
      faults.join(','),
      '--minutes',
      '0.05',
    ]);
    expect({ code, rows, notes }).toMatchObject({ code: 0, rows: faults.map((fault) => kept('direct', fault)) });
  }, 300_000);
});

it('says what it does not know', async () => {
  expect(await runLedger(['--mode', 'journal', '--fault', 'broker-killed'])).toMatchObject({ code: 2 });
  expect(await runLedger(['--fault', 'earthquake'])).toMatchObject({
    code: 1,
    notes: expect.stringContaining('There is no fault "earthquake"; there are broker-stopped'),
  });
});
