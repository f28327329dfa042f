/** Messages of people are in files of the service's user alone, and doctor finds those that are not. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { runCli, SECRET, startServe, TOKEN } from '../support/run-cli.ts';
import { signatureOf } from '../support/signed-request.ts';

const folder = mkdtempSync(join(tmpdir(), 'hubcast-private-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('files in a folder of mode 0755 are of mode 0600; an open one is a finding', async () => {
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir, { mode: 0o755 });
  const service = await startServe({ DATA_DIR: dataDir });
  const files = () => readdirSync(dataDir).filter((name) => statSync(join(dataDir, name)).isFile());
  try {
    const body = '{"object":"whatsapp_business_account","entry":[]}';
    const headers = { 'x-hub-signature-256': signatureOf(body, SECRET) };
    expect((await fetch(`${service.publicUrl}/webhook`, { method: 'POST', body, headers })).status).toBe(200);
    expect(files()).toContain('journal.db-wal');
    const modes = files().map((name) => [name, (statSync(join(dataDir, name)).mode & 0o777).toString(8)]);
    expect(modes).toEqual(files().map((name) => [name, '600']));

    const env = { META_APP_SECRET: SECRET, META_VERIFY_TOKEN: TOKEN, DATA_DIR: dataDir };
    const doctor = async () => {
      const { findings } = JSON.parse((await runCli(['doctor', '--offline', '--json'], { env })).stdout);
      return findings.filter(({ code }: { code: string }) => code === 'journal_files_open');
    };
    expect(await doctor()).toEqual([]);
    chmodSync(join(dataDir, 'journal.db'), 0o644);
    expect(await doctor()).toEqual([
      expect.objectContaining({ severity: 'warning', what: expect.stringContaining('journal.db (644)') }),
    ]);
  } finally {
    await service.end('SIGTERM');
  }
});
