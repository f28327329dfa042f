import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { runCli } from '../support/run-cli.ts';

const dataFolders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('hubcast-demo-'));

describe('hubcast demo --exit', () => {
  it('shows a handshake, a name update, a quality change and their events, also when 8080 is taken', async () => {
    const before = dataFolders();
    const other = createServer();
    await new Promise<void>((resolve) => {
      other.once('error', () => resolve());
      other.listen(8080, '127.0.0.1', resolve);
    });
    const { code, stdout, stderr } = await runCli(['demo', '--exit']);
    other.close();
    expect(stderr).toBe('');
    expect(code).toBe(0);
    for (const part of [
      'Handshake',
      '1158201444',
      'phone_number_name_update',
      'phone_number_quality_update',
      '401, no event stored',
    ]) {
      expect(stdout).toContain(part);
    }
    const [, events = ''] = stdout.split('The events, as consumers read them');
    for (const part of [
      'whatsapp.phone_number_name_update  ',
      'requested_verified_name',
      'whatsapp.phone_number_quality_update  ',
      'derived.limit',
      'whatsapp.phone_number.changed  ',
      'name_decision  null → "REJECTED"',
    ]) {
      expect(events).toContain(part);
    }
    expect(events).not.toContain('phone_number.state');
    expect(dataFolders().filter((name) => !before.includes(name))).toEqual([]);
    expect(existsSync('data')).toBe(false);
  });
});
