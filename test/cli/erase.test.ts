/** Erasing a person: their records are gone, and their bytes with them; all others stay as they were. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { post } from '../support/name-update.ts';
import { type RunningService, runCli, SECRET, startServe } from '../support/run-cli.ts';

const ANNA = '16315551181';
const BERT = '16315552222';
/** Our own number stands beside everything. */
const METADATA = { display_phone_number: '15550783881', phone_number_id: '106540352242922' };

const message = (from: string, id: string, text: string) => ({
  from,
  id,
  type: 'text',
  timestamp: '1739321024',
  text: { body: text },
});

function body(value: object): Buffer {
  const changes = [{ field: 'messages', value: { messaging_product: 'whatsapp', metadata: METADATA, ...value } }];
  return Buffer.from(JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: '77', changes }] }));
}

describe('hubcast erase', () => {
  let folder: string;
  let service: RunningService;
  const env = () => ({ DATA_DIR: folder });
  const erase = (...args: string[]) => runCli(['erase', ...args], { env: env() });
  const bytes = () =>
    readdirSync(folder)
      .map((file) => readFileSync(join(folder, file), 'latin1'))
      .join('');

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hubcast-erase-'));
    service = await startServe({ ...env(), CAPTURE: 'on' });
    const send = async (sent: Buffer) =>
      expect((await post(`${service.publicUrl}/webhook`, sent, SECRET)).status).toBe(200);
    await send(body({ messages: [message(ANNA, 'a1', 'ANNAS-WORDS'), message(BERT, 'b1', 'BERTS-WORDS')] }));
    await send(body({ statuses: [{ id: 's1', status: 'read', timestamp: '1739321024', recipient_id: `+${ANNA}` }] }));
    await send(body({ messages: [{ ...message(ANNA, 'x', 'ANNAS-WRONG'), type: 7 }] }));
    await send(body({ messages: [message(BERT, 'b2', 'BERTS-OTHER')] }));
    await send(Buffer.from(`neither JSON nor anything, by ${ANNA}`));
  });
  afterAll(async () => {
    await service.end('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  it('counts while the service runs, and removes nothing then', async () => {
    const dry = await erase('--number', '+1 (631) 555-1181', '--dry-run', '--json');
    expect(JSON.parse(dry.stdout)).toMatchObject({
      dry_run: true,
      by_topic: {
        'whatsapp.messages': 1,
        'whatsapp.message-statuses': 1,
        'whatsapp.dead-letter': 2,
        'whatsapp.raw': 4,
      },
    });
    expect(await erase('--number', ANNA, '--yes')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('another hubcast'),
    });
    expect(bytes()).toContain('ANNAS-WORDS');
  });

  it('asks before, says what is wrong, and is careful with our own number', async () => {
    await service.end('SIGTERM');
    for (const args of [
      [],
      ['--number', ANNA],
      ['--number', 'abc'],
      ['--number', '12'],
      ['--participant', ' ', '--yes'],
    ]) {
      expect([args, (await erase(...args)).code]).toEqual([args, 2]);
    }
    const own = await erase('--number', METADATA.display_phone_number, '--dry-run', '--json');
    expect(JSON.parse(own.stdout).records).toBe(0);
  });

  it('leaves no byte of the person in the files, and all of the others', async () => {
    const { code, stdout } = await erase('--number', '001 631 555 1181', '--yes');
    expect([code, stdout]).toEqual([0, expect.stringContaining('Out of reach')]);
    expect(stdout).toContain('8 of 11 records were removed');
    const left = bytes();
    for (const gone of [
      ANNA,
      'ANNAS-WORDS',
      'ANNAS-WRONG',
      Buffer.from(`by ${ANNA}`).toString('base64').slice(4, 12),
    ]) {
      expect([gone, left.includes(gone)]).toEqual([gone, false]);
    }
    const { stdout: lines } = await runCli(['events', '--format', 'json'], { env: env() });
    const events = lines
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    expect(events.map(({ event }) => event.subject)).toEqual(['b1', 'b2']);
    expect(events.map(({ offset }) => offset)).toEqual([...events.map(({ offset }) => offset)].sort((a, b) => a - b));
    expect(JSON.parse((await erase('--participant', BERT, '--dry-run', '--json')).stdout).records).toBe(3);
  });
});
