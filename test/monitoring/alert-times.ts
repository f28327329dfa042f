/**
 * Real failures under a real Prometheus with the rules as they are: how long after the failure each alert fires.
 * Takes 20 minutes, so no test runs it: `node scripts/run.js test/monitoring/alert-times.ts`. The table goes to docs/alerts.md.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startGraphStandIn } from '../../src/sdk/testing/graph-stand-in/start-graph-stand-in.ts';
import { freePorts } from '../stores/kafka/broker/free-ports.ts';
import { nameUpdateBody, post } from '../support/name-update.ts';
import { type RunningService, runCli, SECRET, startServe, TOKEN } from '../support/run-cli.ts';
import { makeAuthority, SERVER } from '../support/tls-certificates.ts';

const RULES = join(import.meta.dirname, '..', '..', 'helm', 'monitoring', 'rules.yaml');
const ACCOUNT = '102290129340398';
const NOBODY = '127.0.0.1:1';
const LONGEST_MS = 20 * 60_000;
const WARM_UP_MS = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'hubcast-alert-times-'));
let number = 0;

/** What is done to one installation, and the alerts that have to follow. */
interface Failure {
  readonly job: string;
  readonly what: string;
  readonly alerts: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Once, when it begins. */
  readonly begin?: (service: RunningService) => unknown;
  /** Every second from then on. */
  readonly goOn?: (service: RunningService) => Promise<unknown>;
}

const send = (service: RunningService, secret = SECRET, body = nameUpdateBody(++number)) =>
  post(`${service.publicUrl}/webhook`, body, secret).catch(() => undefined);
const envelope = (field: string, value: unknown) =>
  Buffer.from(
    JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: ACCOUNT, changes: [{ field, value }] }] }),
  );

const graph = await startGraphStandIn({
  accounts: [
    {
      id: ACCOUNT,
      numbers: [
        { id: '1', display_phone_number: '+1 631-555-0001', quality_rating: 'GREEN' },
        { id: '2', display_phone_number: '+1 631-555-0002', name_status: 'APPROVED' },
      ],
    },
  ],
});
const ofGraph = {
  META_GRAPH_URL: graph.url,
  META_ACCESS_TOKEN: graph.accessToken,
  META_APPSECRET_PROOF: 'off',
  WABA_IDS: ACCOUNT,
  PHONE_NUMBERS_TTL_SECONDS: '60',
};
const { cert, key } = makeAuthority('hubcast').sign('/CN=hubcast', { extensions: SERVER, days: 2 });
const dataOf = (job: string) => join(folder, job);

const FAILURES: readonly Failure[] = [
  { job: 'gone', what: 'the process is killed', alerts: ['HubcastAbsent'], begin: (service) => service.end('SIGKILL') },
  {
    job: 'no-folder',
    what: 'the folder of the journal is removed while webhooks come',
    alerts: ['HubcastNotReady', 'HubcastStoreFails', 'HubcastReplicaNotReady'],
    begin: () => rmSync(dataOf('no-folder'), { recursive: true }),
    goOn: (service) => send(service),
  },
  {
    job: 'other-secret',
    what: 'one in two webhooks is signed with another secret',
    alerts: ['HubcastSignaturesRefused'],
    goOn: async (service) => [await send(service), await send(service, 'another secret')],
  },
  {
    job: 'scanners',
    what: 'a request without a signature comes every second',
    alerts: ['HubcastUnsignedRequests'],
    goOn: (service) => fetch(`${service.publicUrl}/webhook`, { method: 'POST', body: '{}' }),
  },
  {
    job: 'large',
    what: 'one body is larger than MAX_BODY_BYTES',
    alerts: ['HubcastBodiesTooLarge'],
    env: { MAX_BODY_BYTES: '100000' },
    begin: (service) => send(service, SECRET, Buffer.alloc(200_000, ' ')),
  },
  {
    job: 'odd',
    what: 'one update has another shape, and one another field',
    alerts: ['HubcastDeadLetters', 'HubcastUnknownField'],
    async begin(service) {
      await send(service, SECRET, envelope('phone_number_name_update', 7));
      await send(service, SECRET, envelope('field_of_tomorrow', {}));
    },
  },
  {
    job: 'certificate',
    what: 'the certificate expires in two days',
    alerts: ['HubcastCertificateExpiring'],
    env: { TLS_CERT: cert, TLS_KEY: key },
  },
  {
    job: 'spool',
    what: 'SPOOL=on, and no broker answers',
    alerts: ['HubcastSpoolWaits'],
    env: { SPOOL: 'on', KAFKA_BROKERS: NOBODY },
    begin: (service) => send(service),
  },
  {
    job: 'journal',
    what: 'the journal is filled until it refuses',
    alerts: ['HubcastJournalFills'],
    env: { JOURNAL_MAX_BYTES: String(8 * 1024 * 1024) },
    async begin(service) {
      const value = (padding: number) => ({ display_phone_number: String(++number), decision: 'x'.repeat(padding) });
      while ((await send(service, SECRET, envelope('phone_number_name_update', value(200_000))))?.status === 200);
    },
  },
  {
    job: 'numbers',
    what: "a number turns RED, another's name is declined",
    alerts: ['HubcastNumberInTrouble', 'HubcastNameRejected'],
    env: ofGraph,
    begin() {
      graph.change('1', { quality_rating: 'RED' });
      graph.change('2', { name_status: 'DECLINED' });
    },
  },
  {
    job: 'canary',
    what: 'the canary reaches nobody',
    alerts: ['HubcastCanaryFails'],
    goOn: () => runCanary(),
  },
];

const canaryFile = join(folder, 'canary.prom');
writeFileSync(canaryFile, '');
async function runCanary(): Promise<void> {
  const args = ['canary', '--url', 'http://127.0.0.1:1/webhook', '--timeout', '1', '--metrics-file', canaryFile];
  const env = { META_APP_SECRET: SECRET, META_VERIFY_TOKEN: TOKEN, DATA_DIR: dataOf('canary') };
  await runCli(args, { env });
  await sleep(15_000);
}

function startPrometheus(port: number, targets: ReadonlyMap<string, string>): ChildProcess {
  const jobs = [...targets].map(
    ([job, target]) => `  - { job_name: ${job}, static_configs: [{ targets: ["${target}"] }] }`,
  );
  const configuration = `global: { scrape_interval: 15s, evaluation_interval: 15s }\nrule_files: [${RULES}]\nscrape_configs:\n${jobs.join('\n')}\n`;
  const file = join(folder, 'prometheus.yaml');
  writeFileSync(file, configuration);
  const storage = [`--storage.tsdb.path=${folder}/data`, `--web.listen-address=127.0.0.1:${port}`];
  return spawn('prometheus', [`--config.file=${file}`, ...storage], { stdio: 'ignore' });
}

/** Names of the alerts that fire, behind their job. */
async function firing(url: string): Promise<readonly string[]> {
  const response = await fetch(`${url}/api/v1/alerts`);
  const { data } = (await response.json()) as { data: { alerts: { state: string; labels: Record<string, string> }[] } };
  return data.alerts.filter(({ state }) => state === 'firing').map(({ labels }) => `${labels.job} ${labels.alertname}`);
}

const services = new Map<string, RunningService>();
for (const { job, env } of FAILURES) {
  mkdirSync(dataOf(job));
  services.set(job, await startServe({ DATA_DIR: dataOf(job), ...env }, { logLines: 100 }));
}
const textfile = createServer((_, response) => {
  response.setHeader('Content-Type', 'text/plain; version=0.0.4').end(readFileSync(canaryFile));
}).listen(0, '127.0.0.1');
const [port = 0] = await freePorts(1);
const targets = new Map([...services].map(([job, { internalUrl }]) => [job, new URL(internalUrl).host]));
targets.set('canary', `127.0.0.1:${(textfile.address() as AddressInfo).port}`);
const prometheus = startPrometheus(port, targets);
const url = `http://127.0.0.1:${port}`;

for (const service of services.values()) await send(service);
await sleep(WARM_UP_MS);
const early = await firing(url);
const startMs = Date.now();
let running = true;
const senders = FAILURES.map(async ({ job, begin, goOn }) => {
  const service = services.get(job) as RunningService;
  await begin?.(service);
  while (running && goOn !== undefined) {
    await goOn(service);
    await sleep(1_000);
  }
});

const fired = new Map<string, number>();
const wanted = FAILURES.flatMap(({ job, alerts }) => alerts.map((alert) => `${job} ${alert}`));
while (fired.size < wanted.length && Date.now() - startMs < LONGEST_MS) {
  for (const name of await firing(url)) {
    if (!wanted.includes(name) || fired.has(name)) continue;
    fired.set(name, Date.now() - startMs);
    process.stderr.write(`${Math.round((Date.now() - startMs) / 1000)} s ${name}\n`);
  }
  await sleep(1_000);
}
running = false;
process.stdout.write(`| failure | alert | fires after |\n|---|---|---|\n`);
for (const { job, what, alerts } of FAILURES) {
  for (const alert of alerts) {
    const name = `${job} ${alert}`;
    const ms = fired.get(name);
    const time = early.includes(name)
      ? 'at once'
      : ms === undefined
        ? 'not within 20 minutes'
        : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
    process.stdout.write(`| ${what} | ${alert} | ${time} |\n`);
  }
}
await Promise.allSettled(senders);
for (const service of services.values()) await service.end('SIGKILL');
prometheus.kill('SIGTERM');
textfile.close();
await graph.close();
rmSync(folder, { recursive: true, force: true });
process.exit(fired.size === wanted.length ? 0 : 1);
