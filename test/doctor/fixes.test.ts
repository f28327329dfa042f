/** What doctor tells people to run exists, and runs as it is printed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { withUrl } from '../../src/doctor/findings/texts.ts';
import { FINDINGS } from '../../src/doctor/findings.ts';
import type { StandInSubscription } from '../../src/sdk/testing/graph-stand-in/meta-app.ts';
import { STAND_IN_TOKEN, startGraphStandIn } from '../../src/sdk/testing/graph-stand-in/start-graph-stand-in.ts';
import { CLUSTER_FINDINGS } from '../../src/stores/kafka/cluster-findings.ts';
import { problemOfCommand, readCommands } from '../support/commands.ts';
import { ACCOUNT, NUMBER } from '../support/graph.ts';
import { runCli } from '../support/run-cli.ts';
import { APP_SECRET, VERIFY_TOKEN } from '../support/start-service.ts';
import { ALL_FIELDS, APP_ID, CALLBACK_URL } from './healthy.ts';

const commandsIn = (fix: string) => [...fix.matchAll(/"hubcast ([^"]+)"/g)].map(([, line = '']) => line);

it('every command in a fix is one of hubcast', async () => {
  const commands = await readCommands();
  const lines = Object.values({ ...FINDINGS, ...CLUSTER_FINDINGS }).flatMap(({ fix }) => commandsIn(fix));
  expect(lines.length).toBeGreaterThan(8);
  expect(lines.flatMap((line) => problemOfCommand(line, commands) ?? [])).toEqual([]);
});

it('a URL that a shell would read as more than a word is quoted', () => {
  expect(withUrl('Run "hubcast subscribe".', 'https://h.example/w?a=1&b')).toBe(
    'Run "hubcast subscribe --url \'https://h.example/w?a=1&b\'".',
  );
});

const SUBSCRIBED = { callback_url: CALLBACK_URL, fields: ALL_FIELDS };

describe('the fix of a subscription', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hubcast-fixes-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each<[string, StandInSubscription | null, boolean]>([
    ['subscription_missing', null, true],
    ['callback_differs', { ...SUBSCRIBED, callback_url: 'https://old.example.com/hook' }, true],
    ['fields_missing', { ...SUBSCRIBED, fields: ALL_FIELDS.slice(1) }, true],
    ['account_not_subscribed', SUBSCRIBED, false],
  ])(
    'for %s runs as printed, and removes the finding',
    async (code, subscription, subscribed) => {
      const graph = await startGraphStandIn({
        accounts: [{ id: ACCOUNT, numbers: [NUMBER], subscribed }],
        appSecret: APP_SECRET,
        app: { id: APP_ID, secret: APP_SECRET, subscription },
        // Meta's handshake.
        fetch: async (given) => new Response(new URL(String(given)).searchParams.get('hub.challenge')),
      });
      const env = {
        META_APP_SECRET: APP_SECRET,
        META_VERIFY_TOKEN: VERIFY_TOKEN,
        META_APP_ID: APP_ID,
        META_ACCESS_TOKEN: STAND_IN_TOKEN,
        WABA_IDS: ACCOUNT,
        META_GRAPH_URL: graph.url,
        DATA_DIR: folder,
      };
      const findings = async (): Promise<{ code: string; fix: string }[]> => {
        const { stdout } = await runCli(['doctor', '--url', CALLBACK_URL, '--no-probe', '--json'], { env });
        return JSON.parse(stdout).findings;
      };
      try {
        const found = (await findings()).find((one) => one.code === code);
        const [line = ''] = commandsIn(found?.fix ?? '');
        // Without a terminal nobody is asked, so the script says yes.
        const { stdout, stderr } = await runCli([...line.split(' '), '--yes'], { env });
        expect({ done: JSON.parse(stdout).apps[0].done, stderr }).toEqual({ done: true, stderr: '' });
        expect((await findings()).map((one) => one.code)).not.toContain(code);
      } finally {
        await graph.close();
      }
    },
    30_000,
  );
});
