// The OpenAPI document in the hands of code generators: a Python client that loads, and a Go client that compiles.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { describeForeign } from '../support/foreign.ts';
import { ROOT } from './reader-tools.ts';

const DOCUMENT = join(ROOT, 'schemas', 'openapi.json');
const TIMEOUT_MS = 300_000;
const folder = mkdtempSync(join(tmpdir(), 'hubcast-clients-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeForeign('openapi-python-client', 'openapi-python-client', (path) => {
  it(
    'makes a client that loads, and warns of nothing',
    () => {
      const client = join(folder, 'python');
      const generator = join(path, 'bin', 'openapi-python-client');
      const told = execFileSync(generator, ['generate', '--path', DOCUMENT, '--output-path', client], {
        encoding: 'utf8',
        env: { ...process.env, PATH: `${join(path, 'bin')}:${process.env.PATH}` },
      });
      expect(told.split('\n').filter((line) => /warning|unable|error/i.test(line))).toEqual([]);
      const [name = ''] = readdirSync(client).filter((entry) => entry.endsWith('_client'));
      const uses = `from ${name} import AuthenticatedClient; from ${name}.api import events, phone_numbers`;
      expect(spawnSync(join(path, 'bin', 'python'), ['-c', uses], { cwd: client, encoding: 'utf8' })).toMatchObject({
        status: 0,
        stderr: '',
      });
    },
    TIMEOUT_MS,
  );
});

describeForeign('openapi-generator', 'openapi-generator', (path) => {
  const hasGo = spawnSync('go', ['version']).status === 0;
  (hasGo ? it : it.skip)(
    'makes a Go client that compiles',
    () => {
      const client = join(folder, 'go');
      const jars = join(path, 'jars');
      execFileSync(
        'java',
        [
          '-cp',
          join(jars, '*'),
          'org.openapitools.codegen.OpenAPIGenerator',
          'generate',
          '-g',
          'go',
          '-i',
          DOCUMENT,
          '-o',
          client,
        ],
        {
          stdio: 'pipe',
        },
      );
      expect(spawnSync('go', ['build', './...'], { cwd: client, encoding: 'utf8' })).toMatchObject({
        status: 0,
        stderr: '',
      });
    },
    TIMEOUT_MS,
  );
});
