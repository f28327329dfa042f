/** The pods of docs/volumes.md: valid under Kubernetes' strict schemas, and their commands do what the page says. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { isThere, KUBERNETES_VERSION, run } from '../helm/tools.ts';
import { openTestJournal, withDataDir } from '../stores/journal/support/scratch.ts';
import { makeRecord } from '../stores/make-record.ts';
import { BLOCKS } from '../support/documents.ts';
import { runCli } from '../support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'hubcast-volumes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pods = BLOCKS.filter(({ path, language }) => path === 'docs/volumes.md' && language === 'yaml').map(
  ({ code }) => code,
);
const commandsOf = (pod: string) =>
  /command: \[node, \/app\/bin\/hubcast\.js, (.*)\]/.exec(pod)?.[1]?.split(', ') ?? [];

it('are two', () => {
  expect(pods.map(commandsOf)).toEqual([['journal', 'restore', '/data/copy.db'], ['forward']]);
});

(isThere('kubernetes-validate', '--version', "the pods of docs/volumes.md against Kubernetes' schemas") ? it : it.skip)(
  'are valid',
  () => {
    const files = pods.map((pod, index) => {
      const file = join(folder, `${index}.yaml`);
      writeFileSync(file, pod);
      return file;
    });
    const version = KUBERNETES_VERSION.replace(/\.\d+$/, '');
    const { code, errors } = run('kubernetes-validate', ['-k', version, '--strict', ...files]);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
  },
);

describe('the pod that restores', () => {
  it('puts a copy in the place of the journal', async () => {
    await withDataDir(async (dataDir) => {
      const inFolder = (args: readonly string[]) => args.map((arg) => arg.replace(/^\/data/, dataDir));
      const env = { DATA_DIR: dataDir };
      const before = await openTestJournal(dataDir);
      await before.append([makeRecord('t')]);
      await before.close();
      expect(await runCli(inFolder(['journal', 'backup', '/data/copy.db']), { env })).toMatchObject({ code: 0 });
      const later = await openTestJournal(dataDir);
      await later.append([makeRecord('t')]);
      await later.close();
      expect(await runCli(inFolder(commandsOf(pods[0] ?? '')), { env })).toMatchObject({ code: 0 });
      const { stdout } = await runCli(['journal', 'check'], { env });
      expect(JSON.parse(stdout)).toMatchObject({ records: 1, problems: [] });
    });
  });
});
