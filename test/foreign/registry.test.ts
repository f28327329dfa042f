// KAFKA_VALUE_FORMAT=registry in the hands of others: a real registry and a real broker, read by Confluent's Python client
// and by Apicurio's Java deserialiser.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { allSamples } from '../../src/sdk/testing/samples.ts';
import { freePorts } from '../stores/kafka/broker/free-ports.ts';
import { readDistinct } from '../stores/kafka/support.ts';
import { describeForeign, foreignTool } from '../support/foreign.ts';
import { describeKafka } from '../support/kafka.ts';
import { post } from '../support/name-update.ts';
import { type RunningService, runCli, SECRET, startServe } from '../support/run-cli.ts';
import { until } from '../support/until.ts';

const TIMEOUT_MS = 300_000;

describeForeign('a real schema registry', 'apicurio-registry', (registryPath) => {
  describeKafka('and a real broker', (kafka) => {
    const prefix = `foreign-${randomBytes(4).toString('hex')}`;
    let registry: ChildProcess;
    let registryUrl: string;
    let service: RunningService;
    let topics: string[];
    let expected: readonly string[];

    beforeAll(async () => {
      const [port] = await freePorts(1);
      registryUrl = `http://127.0.0.1:${port}`;
      const options = [`-Dquarkus.http.port=${port}`, '-Dquarkus.http.host=127.0.0.1', '-Xmx512m'];
      const jar = readdirSync(registryPath).find((name) => name.endsWith('-runner.jar')) ?? '';
      registry = spawn('java', [...options, '-jar', jar], { cwd: registryPath, stdio: 'ignore' });
      const subjects = () =>
        fetch(`${registryUrl}/apis/ccompat/v7/subjects`).then(
          ({ ok }) => ok,
          () => false,
        );
      await until(subjects, 120_000);
      const env = {
        KAFKA_BROKERS: kafka.brokers.join(','),
        TOPIC_PREFIX: prefix,
        KAFKA_VALUE_FORMAT: 'registry',
        SCHEMA_REGISTRY_URL: `${registryUrl}/apis/ccompat/v7`,
      };
      service = await startServe(env);
      for (const { payload } of allSamples()) {
        expect((await post(`${service.publicUrl}/webhook`, Buffer.from(payload), SECRET)).status).toBe(200);
      }
      expect((await post(`${service.publicUrl}/webhook`, Buffer.from('not json'), SECRET)).status).toBe(200);
      const described = await runCli(['describe', 'topics', '--format', 'json'], { env });
      topics = (JSON.parse(described.stdout) as { topic: string }[]).map(({ topic }) => topic);
      const records = await readDistinct(kafka.brokers, topics);
      // Of the others there is none yet.
      topics = [...new Set(records.map(({ topic }) => topic))];
      expected = records.map(({ headers, value }) => `${headers.ce_id} ${JSON.parse(value).type}`).toSorted();
      expect(expected.length).toBeGreaterThan(50);
    }, TIMEOUT_MS);

    afterAll(async () => {
      await service?.end('SIGKILL');
      if (registry !== undefined && registry.exitCode === null) {
        registry.kill('SIGKILL');
        await once(registry, 'exit');
      }
    });

    const isTold = (stdout: string) => [...new Set(stdout.split('\n').filter(Boolean))].toSorted();

    it('has all schemas, and finds them again at the next start', async () => {
      const ready = await (await fetch(`${service.internalUrl}/ready`)).json();
      expect((ready as { warnings?: string[] }).warnings?.filter((text) => text.includes('registry')) ?? []).toEqual(
        [],
      );
      const subjects = (await (await fetch(`${registryUrl}/apis/ccompat/v7/subjects`)).json()) as string[];
      expect(subjects).toContain('PhoneNumberNameUpdate');
      expect(subjects.length).toBeGreaterThan(50);
    });

    const python = foreignTool('confluent-kafka');
    (python === undefined ? it.skip : it)(
      "is read by Confluent's Python deserialiser, which validates each value against its schema",
      () => {
        const script = join(import.meta.dirname, 'programs', 'read-with-registry.py');
        const config = [
          kafka.brokers.join(','),
          `${registryUrl}/apis/ccompat/v7`,
          topics.join(','),
          `${expected.length}`,
        ];
        const told = execFileSync(join(`${python}`, 'bin', 'python'), [script, ...config], { encoding: 'utf8' });
        expect(isTold(told)).toEqual(expected);
      },
      TIMEOUT_MS,
    );

    const java = foreignTool('apicurio-serde');
    (java === undefined ? it.skip : it)(
      "is read by Apicurio's Java deserialiser",
      () => {
        const source = join(import.meta.dirname, 'programs', 'ReadWithRegistry.java');
        const config = [
          kafka.brokers.join(','),
          `${registryUrl}/apis/registry/v2`,
          topics.join(','),
          `${expected.length}`,
        ];
        const told = execFileSync('java', ['-cp', join(`${java}`, 'jars', '*'), source, ...config], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'pipe'],
        });
        expect(isTold(told)).toEqual(expected);
      },
      TIMEOUT_MS,
    );
  });
});
