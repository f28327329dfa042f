/** examples/connect-postgres, its files as they are but for addresses: a real Kafka Connect, broker and PostgreSQL. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePorts } from '../stores/kafka/broker/free-ports.ts';
import { endProcess } from '../support/end-process.ts';
import { foreignTool } from '../support/foreign.ts';
import { describeKafka } from '../support/kafka.ts';
import { hasPostgres, type Postgres, startPostgres } from '../support/postgres.ts';
import type { RunningService } from '../support/run-cli.ts';
import { storeSamples } from '../support/store-samples.ts';
import { until } from '../support/until.ts';

const EXAMPLE = join(import.meta.dirname, '..', '..', 'examples', 'connect-postgres');
const TIMEOUT_MS = 240_000;

const connect = foreignTool('kafka-connect');
const debezium = foreignTool('debezium-jdbc');
const canRun = connect !== undefined && debezium !== undefined && hasPostgres();

(canRun ? describe : describe.skip)('examples/connect-postgres', () => {
  describeKafka('on a real broker', (kafka) => {
    const prefix = `connect${randomBytes(4).toString('hex')}`;
    const folder = mkdtempSync(join(tmpdir(), 'hubcast-connect-'));
    let service: RunningService;
    let postgres: Postgres;
    let worker: ChildProcess;
    let log = '';
    let ids: readonly string[];

    /** The file with the addresses of this run. */
    function place(name: string, changes: readonly (readonly [string, string])[]): string {
      let text = readFileSync(join(EXAMPLE, name), 'utf8');
      for (const [from, to] of changes) {
        expect(text).toContain(from);
        text = text.replaceAll(from, to);
      }
      writeFileSync(join(folder, name), text);
      return name;
    }

    beforeAll(async () => {
      postgres = await startPostgres();
      const stored = await storeSamples(kafka.brokers, prefix);
      service = stored.service;
      ids = stored.records
        .filter(({ topic }) => !/\.(raw|phone-number-state)$/.test(topic))
        .map(({ headers }) => `${headers.ce_app} ${headers.ce_id}`)
        .toSorted();
      expect(ids.length).toBeGreaterThan(50);

      const [port] = await freePorts(1);
      const ofRun = ['whatsapp\\\\.', `${prefix}\\\\.`] as const;
      const settings = place('worker.properties', [
        ['localhost:9092', kafka.brokers.join()],
        ['plugin.path=plugins', `plugin.path=${debezium}\nlisteners=http://127.0.0.1:${port}`],
      ]);
      const sink = place('postgres-sink.properties', [
        ofRun,
        ['localhost/events', `127.0.0.1:${postgres.port}/postgres`],
        ['username=postgres', 'username=test'],
      ]);
      const file = place('file-sink.properties', [ofRun]);
      const main = 'org.apache.kafka.connect.cli.ConnectStandalone';
      const args = ['-Xmx512m', '-cp', join(`${connect}`, 'jars', '*'), main, settings, sink, file];
      worker = spawn('java', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
      for (const stream of [worker.stdout, worker.stderr])
        stream?.on('data', (chunk) => {
          log += chunk;
        });
    }, TIMEOUT_MS);
    afterAll(async () => {
      await endProcess(worker);
      await service?.end('SIGKILL');
      await postgres?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    function rows(sql: string): readonly string[] {
      expect([worker.exitCode, log.slice(-2_000)]).toEqual([null, expect.anything()]);
      try {
        return postgres.query(sql).split('\n').filter(Boolean);
      } catch {
        // The table is made with the first event.
        return [];
      }
    }

    it(
      'writes each event once into a table, with every digit, and into a file',
      async () => {
        await until(() => rows('SELECT 1 FROM whatsapp_event').length >= ids.length, 120_000);
        expect(rows(`SELECT ce_app || ' ' || ce_id FROM whatsapp_event`).toSorted()).toEqual(ids);
        const types = rows(`SELECT DISTINCT event::json ->> 'type' FROM whatsapp_event`);
        expect(types).toContain('whatsapp.phone_number_name_update');
        const lines = () => {
          const file = join(folder, 'events.jsonl');
          return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
        };
        const idsOfFile = () =>
          [
            ...new Set(
              lines()
                .map((line) => JSON.parse(line))
                .map(({ app, id }) => `${app} ${id}`),
            ),
          ].toSorted();
        await until(() => idsOfFile().length >= ids.length, 60_000);
        expect(idsOfFile()).toEqual(ids);
      },
      TIMEOUT_MS,
    );
  });
});
