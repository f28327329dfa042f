// KAFKA_VALUE_FORMAT=registry in the hands of others: a real registry and a real broker, read by Confluent's Python client
// and by Apicurio's Java deserialiser.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { freePorts } from '../stores/kafka/broker/free-ports.ts';
import { endProcess } from '../support/end-process.ts';
import { describeForeign, itForeign } from '../support/foreign.ts';
import { describeKafka } from '../support/kafka.ts';
import type { RunningService } from '../support/run-cli.ts';
import { storeSamples } from '../support/store-samples.ts';
import { until } from '../support/until.ts';
import { PROGRAMS, run } from './reader-tools.ts';

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
      const stored = await storeSamples(kafka.brokers, prefix, {
        KAFKA_VALUE_FORMAT: 'registry',
        SCHEMA_REGISTRY_URL: `${registryUrl}/apis/ccompat/v7`,
      });
      service = stored.service;
      const { records } = stored;
      // Of the others there is none yet.
      topics = [...new Set(records.map(({ topic }) => topic))];
      expected = records.map(({ headers, value }) => `${headers.ce_id} ${JSON.parse(value).type}`).toSorted();
      expect(expected.length).toBeGreaterThan(50);
    }, TIMEOUT_MS);

    afterAll(async () => {
      await service?.end('SIGKILL');
      await endProcess(registry);
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

    /** Arguments of both programs. */
    const config = (api: string) => [
      kafka.brokers.join(','),
      registryUrl + api,
      topics.join(','),
      `${expected.length}`,
    ];

    itForeign(
      "is read by Confluent's Python deserialiser, which validates each value against its schema",
      'confluent-kafka',
      (python) => {
        const script = join(PROGRAMS, 'read-with-registry.py');
        const told = run(join(python, 'bin', 'python'), [script, ...config('/apis/ccompat/v7')], PROGRAMS);
        expect(isTold(told)).toEqual(expected);
      },
      TIMEOUT_MS,
    );

    itForeign(
      "is read by Apicurio's Java deserialiser",
      'apicurio-serde',
      (java) => {
        const source = join(PROGRAMS, 'ReadWithRegistry.java');
        const args = ['-cp', join(java, 'jars', '*'), source, ...config('/apis/registry/v2')];
        expect(isTold(run('java', args, PROGRAMS))).toEqual(expected);
      },
      TIMEOUT_MS,
    );
  });
});
