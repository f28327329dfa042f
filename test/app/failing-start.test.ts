/** A start that fails ends with one clear error, and leaves nothing open or locked. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type ServiceOptions, startService } from '../../src/app/service.ts';
import { readSettings } from '../../src/config/read-settings.ts';
import { createLog } from '../../src/core/log.ts';
import { journalKind } from '../../src/stores/journal/kind.ts';
import type { Store } from '../../src/stores/store.ts';
import type { StoreKind } from '../../src/stores/store-kind.ts';
import { runCli } from '../support/run-cli.ts';
import { until } from '../support/until.ts';

const folder = mkdtempSync(join(tmpdir(), 'hubcast-failing-start-'));
const dataDir = join(folder, 'data');
const log = createLog('silent', { write: () => undefined });
const GOOD = {
  META_APP_SECRET: 's',
  META_VERIFY_TOKEN: 't',
  DATA_DIR: dataDir,
  HOST: '127.0.0.1',
  PORT: '0',
  INTERNAL_PORT: '0',
  SHUTDOWN_DELAY_MS: '0',
};

let taken: Server;
let takenPort = '';
beforeAll(async () => {
  writeFileSync(join(folder, 'file'), '');
  taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  takenPort = String((taken.address() as AddressInfo).port);
});
afterAll(() => {
  taken.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Closed again in any case: a store that leaks must not keep the suite from ending. */
const stores: Store[] = [];
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
});
const remembered: StoreKind = {
  ...journalKind,
  async open(context, meter) {
    const store = await journalKind.open(context, meter);
    stores.push(store);
    return store;
  },
};

const start = (env: Readonly<Record<string, string>>, options: ServiceOptions = { kind: remembered }) => {
  const settings = readSettings({ ...GOOD, ...env });
  return startService(() => settings, log, options);
};

/**
 * Sockets, threads and files that keep the process alive. Timers that do not are none of them. What stood open before (of jest,
 * of a suite that ran here earlier) may close meanwhile, so afterwards there may be fewer.
 */
const openResources = () => process.getActiveResourcesInfo().filter((name) => /Server|Worker|MessagePort/.test(name));

/** What is wrong, the error's code, its text, and the exit code of `hubcast serve`. */
const FAILURES: readonly (readonly [string, () => Readonly<Record<string, string>>, string, RegExp, number])[] = [
  ['the public port is taken', () => ({ PORT: takenPort }), 'configuration_invalid', /127\.0\.0\.1:\d+ is taken/, 2],
  ['the internal port is taken', () => ({ INTERNAL_PORT: takenPort }), 'configuration_invalid', /is taken/, 2],
  [
    'the data folder cannot be made',
    () => ({ DATA_DIR: join(folder, 'file', 'data') }),
    'store_unavailable',
    /DATA_DIR .*file\/data cannot be made/,
    1,
  ],
  [
    'the certificate is broken',
    () => ({ TLS_CERT: '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----', TLS_KEY: 'x' }),
    'configuration_invalid',
    /TLS_CERT, TLS_KEY cannot be used/,
    2,
  ],
];

describe.each(FAILURES)('when %s', (_name, env, code, message, exitCode) => {
  it('the start fails with one error, closes what it opened, and the next start works', async () => {
    const before = openResources();
    await expect(start(env())).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    await until(() => openResources().length <= before.length);

    const service = await start({});
    await service.ready;
    expect((await fetch(`${service.internalUrl}/ready`)).status).toBe(200);
    await service.stop();
    await until(() => openResources().length <= before.length);
  });

  it('hubcast serve says so in a few lines and exits', async () => {
    const { code: exited, stdout, stderr } = await runCli(['serve'], { env: { ...GOOD, ...env() } });
    expect({ exited, stderr }).toEqual({ exited: exitCode, stderr: expect.stringMatching(message) });
    expect(stderr).not.toContain('    at ');
    expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
    expect(stdout).not.toContain('"msg":"ready"');
  });
});

describe('with an access token and no journal to read the state from', () => {
  const GRAPH = { META_ACCESS_TOKEN: 'EAAG-token', WABA_IDS: '102290129340398', DATA_DIR: join(folder, 'none') };

  it.each([
    ['a store that can only be written', null, 'configuration_invalid', 'can only be written'],
    ['a journal that is not there', journalKind.read, 'usage', 'There is no journal in'],
  ] as const)('of %s, the start fails and closes the store', async (_name, read, code, message) => {
    let closed = 0;
    const store: Store = {
      append: async () => undefined,
      readiness: async () => ({ ready: true }),
      close: async () => {
        closed += 1;
      },
    };
    const kind = { ...journalKind, read, open: async () => store };
    const before = openResources();
    await expect(start(GRAPH, { kind })).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    expect(closed).toBe(1);
    await until(() => openResources().length <= before.length);
  });
});
