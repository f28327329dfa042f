/** Secrets that are rotated in their files while the service runs. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Service, startService } from '../../src/app/service.ts';
import { createLiveSettings, type LiveSettings } from '../../src/config/live-settings.ts';
import { createLog } from '../../src/core/log.ts';
import { nameUpdateBody, post } from '../support/name-update.ts';
import { until } from '../support/until.ts';

const folder = mkdtempSync(join(tmpdir(), 'hubcast-live-'));
const secretFile = join(folder, 'secret');
const tokenFile = join(folder, 'token');
const logged: string[] = [];
const log = createLog('info', { write: (line: string) => void logged.push(line) });
let live: LiveSettings;
let service: Service;
let number = 0;

/** As Kubernetes does it: another file takes the name. */
function rotate(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

async function statusWith(secret: string): Promise<number> {
  number += 1;
  return (await post(`${service.publicUrl}/webhook`, nameUpdateBody(number), secret)).status;
}

async function handshake(token: string): Promise<number> {
  const query = `hub.mode=subscribe&hub.verify_token=${token}&hub.challenge=42`;
  return (await fetch(`${service.publicUrl}/webhook?${query}`)).status;
}

beforeAll(async () => {
  writeFileSync(secretFile, 'first\n');
  writeFileSync(tokenFile, 'first-token\n');
  live = createLiveSettings(
    {
      META_APP_SECRET_FILE: secretFile,
      META_VERIFY_TOKEN_FILE: tokenFile,
      DATA_DIR: join(folder, 'data'),
      HOST: '127.0.0.1',
      PORT: '0',
      INTERNAL_PORT: '0',
    },
    () => log,
    undefined,
    50,
  );
  service = await startService(live.current, log);
  await service.ready;
});

afterAll(async () => {
  live.close();
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('a secret in a file', () => {
  it('is used as soon as the file has it, and the one before no longer', async () => {
    expect([await statusWith('first'), await statusWith('second')]).toEqual([200, 401]);
    rotate(secretFile, 'second,first\n');
    await until(async () => (await statusWith('second')) === 200);
    expect(await statusWith('first')).toBe(200);
    rotate(secretFile, 'second\n');
    await until(async () => (await statusWith('first')) === 401);
    expect(await statusWith('second')).toBe(200);
  });

  it('stays in force when the file becomes unusable, and the log says so without it', async () => {
    rotate(secretFile, 'white space\n');
    await until(() => logged.some((line) => line.includes('cannot be used')));
    expect(await statusWith('second')).toBe(200);
    rmSync(secretFile);
    await until(() => logged.some((line) => line.includes('META_APP_SECRET_FILE cannot be read')));
    expect(await statusWith('second')).toBe(200);
    rotate(secretFile, 'third\n');
    await until(async () => (await statusWith('third')) === 200);
  });

  it('is looked at no more by one that is closed', async () => {
    const told: string[] = [];
    const env = { META_APP_SECRET_FILE: secretFile, META_VERIFY_TOKEN_FILE: tokenFile };
    const log = createLog('info', { write: (line: string) => void told.push(line) });
    const other = createLiveSettings(env, () => log, undefined, 50);
    other.close();
    const before = logged.length;
    rotate(secretFile, 'fourth\n');
    // Node tells all who look at a file in the order in which they began.
    await until(() => logged.length > before);
    expect(told).toEqual([]);
    rotate(secretFile, 'third\n');
    await until(async () => (await statusWith('third')) === 200);
  });

  it('goes for the verify token too', async () => {
    expect([await handshake('first-token'), await handshake('second-token')]).toEqual([200, 403]);
    rotate(tokenFile, 'second-token\n');
    await until(async () => (await handshake('second-token')) === 200);
    expect(await handshake('first-token')).toBe(403);
  });
});
