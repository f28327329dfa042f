/** The examples, run as their readers would run them, against the real broker; and Python's jsonschema on every golden event. */
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { allSamples } from '../../src/sdk/testing/samples.ts';
import { readDistinct } from '../stores/kafka/support.ts';
import { describeKafka } from '../support/kafka.ts';
import { postSigned } from '../support/signed-request.ts';
import { startTestService, type TestService } from '../support/start-service.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '..', '..');
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

/** The example with what `npm install` would put beside it; the kit is this source. */
function installExample(folder: string): string {
  const modules = join(folder, 'node_modules');
  const kit = join(folder, 'hubcast-events');
  mkdirSync(modules);
  mkdirSync(kit);
  for (const name of ['package.json', 'consumer.ts']) {
    copyFileSync(join(ROOT, 'examples', 'typescript-kafkajs', name), join(folder, name));
  }
  writeFileSync(join(kit, 'package.json'), '{"name":"hubcast-events","type":"module","exports":"./index.ts"}');
  writeFileSync(join(kit, 'index.ts'), `export * from '${join(ROOT, 'src', 'sdk', 'index.ts')}';\n`);
  symlinkSync(kit, join(modules, 'hubcast-events'));
  symlinkSync(join(ROOT, 'node_modules', 'kafkajs'), join(modules, 'kafkajs'));
  return join(folder, 'consumer.ts');
}

describeKafka('the examples', (kafka) => {
  const TOPIC_PREFIX = `t${randomBytes(4).toString('hex')}`;
  const folder = mkdtempSync(join(tmpdir(), 'hubcast-example-'));
  let service: TestService;
  let ids: string[];
  beforeAll(async () => {
    service = await startTestService({ KAFKA_BROKERS: kafka.brokers.join(), TOPIC_PREFIX, KAFKA_PARTITIONS: '2' });
    for (const { payload } of allSamples()) expect((await postSigned(service.webhookUrl, payload)).status).toBe(200);
    expect((await postSigned(service.webhookUrl, 'not json')).status).toBe(200);
    const topics = execFileSync(
      process.execPath,
      [join(ROOT, 'bin', 'hubcast.js'), 'describe', 'topics', '--format', 'json'],
      {
        env: { PATH: process.env.PATH, TOPIC_PREFIX },
        encoding: 'utf8',
      },
    );
    const names = (JSON.parse(topics) as { topic: string }[]).map(({ topic }) => topic);
    ids = (await readDistinct(kafka.brokers, names)).map(({ headers }) => headers.ce_id ?? '').sort();
    expect(ids.length).toBeGreaterThan(50);
  }, TIMEOUT_MS);
  afterAll(async () => {
    await service?.remove();
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
      const { stdout } = await run(process.execPath, [installExample(folder)], { env: env(), timeout: TIMEOUT_MS });
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
