/**
 * examples/postgres-once in four languages, against a real broker and a real PostgreSQL: every record stands twice in its topic,
 * each consumer is killed midway, and each event is handled once.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import kafkajs from 'kafkajs';
import { foreignTool, itForeign } from '../support/foreign.ts';
import { describeKafka } from '../support/kafka.ts';
import { hasPostgres, type Postgres, startPostgres } from '../support/postgres.ts';
import type { RunningService } from '../support/run-cli.ts';
import { storeSamples } from '../support/store-samples.ts';
import { installExample, KAFKAJS, ROOT } from './install-example.ts';

const EXAMPLE = join(ROOT, 'examples', 'postgres-once');
const TIMEOUT_MS = 240_000;
/** Lines after which a consumer is killed. */
const SOME = 5;

interface Language {
  readonly name: string;
  /** In scripts/foreign/tools.ts: the libraries. */
  readonly tool: string;
  /** @returns the command that starts the consumer in the folder */
  readonly prepare: (tool: string, folder: string) => readonly [command: string, ...args: string[]];
}

const LANGUAGES: readonly Language[] = [
  {
    name: 'typescript',
    tool: 'pg',
    prepare(tool, folder) {
      const packages = { ...KAFKAJS, pg: join(tool, 'node_modules', 'pg') };
      return [process.execPath, installExample(join(EXAMPLE, 'typescript'), folder, packages)];
    },
  },
  {
    name: 'python',
    tool: 'psycopg',
    prepare: (tool) => [join(tool, 'bin', 'python'), join(EXAMPLE, 'python', 'consumer.py')],
  },
  {
    name: 'go',
    tool: 'pgx',
    prepare(tool, folder) {
      cpSync(join(EXAMPLE, 'go', 'main.go'), join(folder, 'main.go'));
      for (const name of ['go.mod', 'go.sum']) cpSync(join(tool, name), join(folder, name));
      execFileSync('go', ['mod', 'tidy'], { cwd: folder, stdio: 'pipe' });
      execFileSync('go', ['build', '-o', 'consumer', '.'], { cwd: folder, stdio: 'pipe' });
      return [join(folder, 'consumer')];
    },
  },
  {
    name: 'java',
    tool: 'pgjdbc',
    prepare(tool, folder) {
      const jars = join(tool, 'jars', '*');
      execFileSync('javac', ['-cp', jars, '-d', folder, join(EXAMPLE, 'java', 'Consumer.java')], { stdio: 'pipe' });
      return ['java', '-cp', `${folder}:${jars}`, 'Consumer'];
    },
  },
];

const hasAny = LANGUAGES.some(({ tool }) => foreignTool(tool) !== undefined);

(hasAny && hasPostgres() ? describe : describe.skip)('examples/postgres-once', () => {
  describeKafka('on a real broker', (kafka) => {
    const prefix = `once${randomBytes(4).toString('hex')}`;
    const folder = mkdtempSync(join(tmpdir(), 'hubcast-once-'));
    let service: RunningService;
    let postgres: Postgres;
    let events: number;
    const running: ChildProcess[] = [];

    beforeAll(async () => {
      postgres = await startPostgres();
      const stored = await storeSamples(kafka.brokers, prefix);
      service = stored.service;
      const { records } = stored;
      events = new Set(records.map(({ headers }) => `${headers.ce_app} ${headers.ce_id}`)).size;
      expect(events).toBeGreaterThan(50);
      const producer = new kafkajs.Kafka({ brokers: kafka.brokers, logLevel: 0 }).producer();
      await producer.connect();
      for (const { topic, key, headers, value } of records) {
        await producer.send({ topic, messages: [{ key, headers, value }] });
      }
      // What is no event, and a tombstone.
      const topic = records[0]?.topic ?? '';
      await producer.send({ topic, messages: [{ value: 'not json' }, { key: 'gone', value: null }] });
      await producer.disconnect();
    }, TIMEOUT_MS);
    afterAll(async () => {
      for (const child of running) child.kill('SIGKILL');
      await service?.end('SIGKILL');
      await postgres?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    for (const language of LANGUAGES) {
      itForeign(
        `handles each event once in ${language.name}, though every record comes twice and it is killed midway`,
        language.tool,
        async (tool) => {
          const own = join(folder, language.name);
          mkdirSync(own);
          postgres.query('DROP TABLE IF EXISTS handled_event, latest_event');
          postgres.runFile(join(EXAMPLE, 'schema.sql'));
          const [command, ...args] = language.prepare(tool, own);
          const env = {
            ...process.env,
            KAFKA_BROKERS: kafka.brokers.join(),
            TOPIC_PREFIX: prefix,
            GROUP_ID: `${prefix}-${language.name}`,
            DATABASE_URL: postgres.url,
            JDBC_URL: `jdbc:postgresql://${postgres.host}:${postgres.port}/postgres?user=test`,
            // Longer than the session of the one that was killed, for which the group waits.
            IDLE_SECONDS: '60',
            PYTHONDONTWRITEBYTECODE: '1',
          };
          const start = () => {
            const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
            running.push(child);
            return child;
          };
          let problems = '';
          const listen = ({ stderr }: ChildProcess) =>
            stderr?.on('data', (chunk) => {
              problems += chunk;
            });
          const first = start();
          listen(first);
          let lines = 0;
          createInterface({ input: first.stdout }).on('line', () => {
            lines += 1;
            if (lines === SOME) first.kill('SIGKILL');
          });
          await once(first, 'close');
          expect(lines).toBeGreaterThanOrEqual(SOME);
          const second = start();
          let told = '';
          listen(second);
          second.stdout.on('data', (chunk) => {
            told += chunk;
          });
          const [code] = await once(second, 'close');
          expect(code).toBe(0);
          // What is no event, by the first of them or by both.
          expect(problems).toMatch(/@\d+: /);
          expect(told).toMatch(/^again [0-9a-f]{32} whatsapp\./m);
          expect(postgres.query('SELECT count(*) FROM handled_event')).toBe(String(events));
          expect(postgres.query('SELECT sum(events) FROM latest_event')).toBe(String(events));
        },
        TIMEOUT_MS,
      );
    }
  });
});
