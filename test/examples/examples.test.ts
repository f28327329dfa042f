/** The examples, run as their readers would run them, against the real broker; and Python's jsonschema on every golden event. */
import { execFile, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeKafka } from '../support/kafka.ts';
import type { RunningService } from '../support/run-cli.ts';
import { storeSamples } from '../support/store-samples.ts';
import { installExample, KAFKAJS, ROOT } from './install-example.ts';

const run = promisify(execFile);
const PYTHON = join(ROOT, 'examples', 'python-confluent-kafka');
const TIMEOUT_MS = 60_000;
/** Nothing is left in the examples' folders. */
const NO_CACHE = { PATH: process.env.PATH, PYTHONDONTWRITEBYTECODE: '1' };

/** Says so in a line where it is absent. */
function hasPython(modules: string): boolean {
  if (spawnSync('python3', ['-c', `import ${modules}`]).status === 0) return true;
  process.stderr.write(`SKIPPED: the Python example is not run. Install ${modules} for python3.\n`);
  return false;
}

it(
  'every golden event is valid for jsonschema of Python',
  async () => {
    if (!hasPython('jsonschema')) return;
    const golden = join(ROOT, 'test', 'fixtures', 'webhooks');
    const script = join(import.meta.dirname, 'validate-golden.py');
    const { stdout, stderr } = await run('python3', [script, PYTHON, golden], { env: NO_CACHE });
    expect([stderr, Number(stdout) > 200]).toEqual(['', true]);
  },
  TIMEOUT_MS,
);

describeKafka('the examples', (kafka) => {
  const TOPIC_PREFIX = `t${randomBytes(4).toString('hex')}`;
  const folder = mkdtempSync(join(tmpdir(), 'hubcast-example-'));
  let service: RunningService;
  let ids: string[];
  beforeAll(async () => {
    const stored = await storeSamples(kafka.brokers, TOPIC_PREFIX);
    service = stored.service;
    ids = stored.records.map(({ headers }) => headers.ce_id ?? '').sort();
  }, TIMEOUT_MS);
  afterAll(async () => {
    await service?.end('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  const env = () => ({
    ...NO_CACHE,
    KAFKA_BROKERS: kafka.brokers.join(),
    TOPIC_PREFIX,
    GROUP_ID: TOPIC_PREFIX + randomBytes(4).toString('hex'),
    LIMIT: String(new Set(ids).size),
  });
  const idsOf = (stdout: string) => [...stdout.matchAll(/^[0-9a-f]{32}/gm)].map(([id]) => id).sort();

  it(
    'in TypeScript handles every event once',
    async () => {
      const { stdout } = await run(
        process.execPath,
        [installExample(join(ROOT, 'examples', 'typescript-kafkajs'), folder, KAFKAJS)],
        { env: env(), timeout: TIMEOUT_MS },
      );
      expect(idsOf(stdout)).toEqual([...new Set(ids)]);
    },
    TIMEOUT_MS,
  );

  it(
    'in Python handles every event once, all of them valid',
    async () => {
      if (!hasPython('confluent_kafka, jsonschema')) return;
      const { stdout, stderr } = await run('python3', [join(PYTHON, 'consumer.py')], {
        env: env(),
        timeout: TIMEOUT_MS,
      });
      expect([stderr, idsOf(stdout)]).toEqual(['', [...new Set(ids)]]);
    },
    TIMEOUT_MS,
  );
});
