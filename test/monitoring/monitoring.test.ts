/** Dashboard and alerts ask for what there is: by name, by label, and of a real Prometheus that scrapes a real service. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type GraphStandIn, startGraphStandIn } from '../../src/sdk/testing/graph-stand-in/start-graph-stand-in.ts';
import { createCanaryMetrics } from '../../src/telemetry/metrics/canary-metrics.ts';
import { METRICS, type MetricRow } from '../../src/telemetry/metrics/metric-rows.ts';
import { isThere, ROOT, run } from '../helm/tools.ts';
import { freePorts } from '../stores/kafka/broker/free-ports.ts';
import { ACCOUNT } from '../support/graph.ts';
import { scrape } from '../support/scrape.ts';
import { nameUpdate, postSigned, postUnsigned } from '../support/signed-request.ts';
import { startTestService, type TestService } from '../support/start-service.ts';

const RULES = join(ROOT, 'helm', 'monitoring', 'rules.yaml');
const UNIT_TESTS = join(ROOT, 'test', 'monitoring', 'rules.test.yaml');

interface Panel {
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
}
const dashboard = JSON.parse(readFileSync(join(ROOT, 'helm', 'monitoring', 'dashboard.json'), 'utf8')) as {
  readonly panels: readonly Panel[];
};
const queries = dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));
const rulesText = readFileSync(RULES, 'utf8');
const ruleExprs = [...rulesText.matchAll(/^ {8}expr: (?:\|\n((?: {10}.*\n)+)|(.*)\n)/gm)].map(
  ([, many, one]) => many ?? one ?? '',
);

/** Metric names in PromQL: nothing else of ours begins so. */
const metricsIn = (expr: string) =>
  [...expr.replace(/"[^"]*"/g, "''").matchAll(/\b(?:hubcast|process|nodejs)_\w+/g)].map(([name]) => name);
/** Labels that are matched, or summed by. */
const labelsIn = (expr: string) => [
  ...[...expr.matchAll(/(\w+)(?:=~|!=|!~|=)"/g)].map(([, label = '']) => label),
  ...[...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(',').map((label) => label.trim())),
];
/** What a scrape or Kubernetes adds. */
const OUTSIDE = ['job', 'instance', 'namespace', 'le'];

const PROMTOOL = isThere('promtool', '--version', 'the alert rules');
const PROMETHEUS = isThere('prometheus', '--version', 'the dashboard over a real Prometheus');

let service: TestService;
let graph: GraphStandIn;
beforeAll(async () => {
  const numbers = [
    { id: '11', display_phone_number: '+1 631-555-0001', quality_rating: 'GREEN', name_status: 'APPROVED' },
    { id: '12', display_phone_number: '+1 631-555-0002', quality_rating: 'RED', name_status: 'DECLINED' },
  ];
  const expiresAt = Math.floor(Date.now() / 1000) + 86_400;
  graph = await startGraphStandIn({ accounts: [{ id: ACCOUNT, numbers }], tokenExpiresAt: expiresAt });
  service = await startTestService({
    META_GRAPH_URL: graph.url,
    META_ACCESS_TOKEN: graph.accessToken,
    WABA_IDS: ACCOUNT,
  });
});
afterAll(async () => {
  await service.remove();
  await graph.close();
});

describe('dashboard and alerts', () => {
  it('name metrics that /metrics has', async () => {
    const { text } = await scrape(service.internalUrl);
    const helped = new Map(
      [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]),
    );
    const series = [...helped].flatMap(([name, type]) =>
      type === 'histogram' ? ['_bucket', '_sum', '_count'].map((suffix) => `${name}${suffix}`) : [name],
    );
    const canary = await createCanaryMetrics()({ ok: true, accepted_ms: 1, read_back_ms: 1 }, 0);
    series.push(...[...canary.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name));
    const asked = [...queries.map(({ expr }) => expr), ...ruleExprs].flatMap(metricsIn);
    expect(asked.length).toBeGreaterThan(60);
    expect([...new Set(asked)].filter((name) => !series.includes(name))).toEqual([]);
  });

  it('name labels that those metrics have', () => {
    for (const expr of [...queries.map((query) => query.expr), ...ruleExprs]) {
      const known = metricsIn(expr).flatMap((name) => {
        const row: MetricRow | undefined = METRICS[name.replace(/_(bucket|sum|count)$/, '') as keyof typeof METRICS];
        return row?.labels ?? [];
      });
      expect({ expr, unknown: labelsIn(expr).filter((label) => ![...OUTSIDE, ...known].includes(label)) }).toEqual({
        expr,
        unknown: [],
      });
    }
  });

  it('show every metric of ours somewhere', () => {
    const asked = new Set(
      queries.flatMap(({ expr }) => metricsIn(expr)).map((name) => name.replace(/_(bucket|sum|count)$/, '')),
    );
    // How much came is a detail of how many.
    expect(Object.keys(METRICS).filter((name) => !asked.has(name))).toEqual(['hubcast_received_bytes_total']);
  });

  it('fill the rows of the dashboard, and no panel covers another', () => {
    const taken = new Set<string>();
    for (const { title, gridPos } of dashboard.panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect([title, taken.has(`${x} ${y}`)]).toEqual([title, false]);
          taken.add(`${x} ${y}`);
        }
    }
    const height = Math.max(...dashboard.panels.map(({ gridPos }) => gridPos.y + gridPos.h));
    expect(taken.size).toBe(24 * height);
  });
});

(PROMTOOL ? describe : describe.skip)('the alerts', () => {
  it('are rules, and fire for what they are about', () => {
    expect(run('promtool', ['check', 'rules', RULES])).toMatchObject({ code: 0 });
    expect(run('promtool', ['test', 'rules', UNIT_TESTS])).toMatchObject({ code: 0 });
  });

  it('are each tested for firing', () => {
    const alerts = [...rulesText.matchAll(/- alert: (\w+)/g)].map(([, alert]) => alert);
    const tests = readFileSync(UNIT_TESTS, 'utf8');
    const fired = [...tests.matchAll(/alertname: (\w+)\n\s+exp_alerts:\n/g)].map(([, alert]) => alert);
    expect(alerts.filter((alert) => !fired.includes(alert))).toEqual([]);
  });
});

(PROMETHEUS ? describe : describe.skip)("the dashboard over compose's own configuration", () => {
  const folder = mkdtempSync(join(tmpdir(), 'hubcast-prometheus-'));
  let url = '';
  let stop: () => Promise<unknown> = async () => {};

  beforeAll(async () => {
    const [port] = await freePorts(1);
    const configuration = readFileSync(join(ROOT, 'monitoring', 'prometheus.yaml'), 'utf8')
      .replaceAll('15s', '500ms')
      .replace('/etc/prometheus/rules.yaml', RULES)
      .replace('hubcast:8081', new URL(service.internalUrl).host);
    const file = join(folder, 'prometheus.yaml');
    writeFileSync(file, configuration);
    url = `http://127.0.0.1:${port}`;
    const child = spawn(
      'prometheus',
      [`--config.file=${file}`, `--storage.tsdb.path=${folder}/data`, `--web.listen-address=127.0.0.1:${port}`],
      { stdio: 'ignore' },
    );
    const ended = new Promise((resolve) => child.once('exit', resolve));
    stop = () => {
      child.kill('SIGTERM');
      return ended;
    };
  });
  afterAll(async () => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** How many series an expression has now; null while Prometheus does not answer. */
  async function count(expr: string): Promise<number | null> {
    const query = expr.replaceAll('$__rate_interval', '10s').replaceAll('$job', '.*').replaceAll('$instance', '.*');
    const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query })}`).catch(() => null);
    if (response === null || response.status === 503) return null;
    const answer = (await response.json()) as { status: string; error?: string; data?: { result: unknown[] } };
    if (answer.status !== 'success') throw new Error(`${query}: ${answer.error}`);
    return answer.data?.result.length ?? 0;
  }

  it('has data for every query, while webhooks come', async () => {
    // This service ends no TLS.
    const asked = queries.filter(({ expr }) => !expr.includes('hubcast_tls_certificate'));
    const missing = new Map(asked.map((query) => [query.expr, query.title]));
    const endMs = Date.now() + 45_000;
    while (missing.size > 0 && Date.now() < endMs) {
      await postSigned(service.webhookUrl, nameUpdate().body);
      await postSigned(service.webhookUrl, nameUpdate({ display_phone_number: Math.random() }).body);
      await postSigned(service.webhookUrl, nameUpdate().body.replace('phone_number_name_update', 'tomorrows_field'));
      await postUnsigned(service.webhookUrl, '{}');
      for (const expr of missing.keys()) if (((await count(expr)) ?? 0) > 0) missing.delete(expr);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect([...missing]).toEqual([]);
    expect(queries.length).toBeGreaterThan(40);
  }, 60_000);

  it('loads every alert', async () => {
    const response = await fetch(`${url}/api/v1/rules`);
    const { data } = (await response.json()) as { data: { groups: { rules: { health: string; name: string }[] }[] } };
    const rules = data.groups.flatMap((group) => group.rules);
    expect(rules).toHaveLength(ruleExprs.length);
    expect(rules.filter(({ health }) => health === 'err')).toEqual([]);
  });
});
