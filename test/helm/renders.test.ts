/** Each folder of renders/ is a set of values and what the chart makes of it: UPDATE_GOLDEN=1 writes, review the difference. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { CHART, isThere, KUBERNETES_VERSION, render, run } from './tools.ts';

const RENDERS = join(import.meta.dirname, 'renders');
const SETS = readdirSync(RENDERS);
const HELM = isThere('helm', 'version', 'the chart');
const VALIDATE = HELM && isThere('kubernetes-validate', '--version', "the chart against Kubernetes' schemas");

const valuesOf = (set: string) => join(RENDERS, set, 'values.yaml');
const renderedOf = (set: string) => join(RENDERS, set, 'rendered.yaml');

/** Of the Prometheus Operator. */
const OPERATOR = 'apiVersion: monitoring.coreos.com/';

function documentsOf(set: string, chosen: (document: string) => boolean): string[] {
  return readFileSync(renderedOf(set), 'utf8')
    .split(/^---\n/m)
    .filter((document) => document.trim() !== '' && chosen(document));
}

const dedent = (text: string, spaces: number) => text.replaceAll(new RegExp(`^ {${spaces}}`, 'gm'), '');

(HELM ? describe : describe.skip)('the chart', () => {
  it.each(SETS)('renders %s as reviewed, and lints', (set) => {
    const { code, output, errors } = render('-f', valuesOf(set));
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    if (process.env.UPDATE_GOLDEN) writeFileSync(renderedOf(set), output);
    expect(output).toBe(readFileSync(renderedOf(set), 'utf8'));
    const lint = run('helm', ['lint', '--strict', '--quiet', CHART, '-f', valuesOf(set)]);
    expect(lint).toEqual({ code: 0, output: '', errors: '' });
  });

  it('rolls the pods when a setting changes, and not when something else does', () => {
    const checksum = (...args: string[]) =>
      /checksum\/config: (\w{64})/.exec(render('--set', 'settings.KAFKA_BROKERS=kafka:9092', ...args).output)?.[1];
    expect(checksum()).toBeDefined();
    expect(checksum('--set', 'replicas=3')).toBe(checksum());
    expect(checksum('--set', 'settings.LOG_LEVEL=debug')).not.toBe(checksum());
  });

  it('gives the roles apart: who faces Meta holds no access token, and who holds it does not face Meta', () => {
    const deployments = documentsOf('kafka-numbers', (document) => document.includes('kind: Deployment'));
    const [receivers, numbers] = deployments.sort(
      (a, b) => Number(a.includes('name: ROLES, value: numbers')) - Number(b.includes('name: ROLES, value: numbers')),
    );
    expect(deployments).toHaveLength(2);
    expect(receivers).toContain('{ name: ROLES, value: receive }');
    expect(receivers).not.toContain('META_ACCESS_TOKEN');
    expect(receivers).toContain('containerPort: 8080');
    expect(numbers).toContain('META_ACCESS_TOKEN_FILE');
    expect(numbers).not.toContain('containerPort: 8080');
    const together = render('-f', valuesOf('kafka-numbers'), '--set', 'numbers.separate=false').output;
    expect(together.match(/^kind: Deployment$/gm)).toHaveLength(1);
    expect(together).not.toContain('name: ROLES');
  });

  it('hands the files of monitoring/ on as they are, and Prometheus finds the internal listener', () => {
    const [rule = ''] = documentsOf('kafka-numbers', (document) => document.includes('kind: PrometheusRule'));
    const spec = rule.slice(rule.indexOf('\nspec:\n') + '\nspec:\n'.length);
    const rules = readFileSync(join(CHART, 'monitoring', 'rules.yaml'), 'utf8');
    expect(dedent(spec, 2).trim()).toBe(rules.trim());

    const based = render(
      '-f',
      valuesOf('kafka-numbers'),
      '--set',
      'monitoring.rules.runbookBaseUrl=https://git.example/h/',
    );
    const links = [...based.output.matchAll(/runbook_url: (\S+)/g)].map(([, url = '']) => url);
    expect(links.length).toBeGreaterThan(10);
    expect(links.filter((url) => !/^https:\/\/git\.example\/h\/docs\/alerts\.md#hubcast[a-z]+$/.test(url))).toEqual([]);

    const [map = ''] = documentsOf('kafka-numbers', (document) => document.includes('hubcast.json: |'));
    const dashboard = JSON.parse(map.slice(map.indexOf('hubcast.json: |') + 'hubcast.json: |'.length));
    expect(dashboard).toEqual(JSON.parse(readFileSync(join(CHART, 'monitoring', 'dashboard.json'), 'utf8')));

    const [monitor = ''] = documentsOf('kafka-numbers', (document) => document.includes('kind: ServiceMonitor'));
    const [service = ''] = documentsOf('kafka-numbers', (document) => document.includes('publishNotReadyAddresses'));
    const selected = [...monitor.matchAll(/^ {6}(app\.kubernetes\.io\/\S+: \S+)$/gm)].map(([, label]) => label);
    expect(selected).toHaveLength(3);
    for (const label of selected) expect(service).toContain(`\n    ${label}\n`);
    expect(monitor).toContain('- port: internal\n      path: /metrics');
    expect(service).toContain('{ name: internal, port: 8081, targetPort: internal');
  });

  it.each([
    [['monitoring.serviceMonitor.enabled=true'], 'monitoring.serviceMonitor.enabled needs networkPolicy.internalFrom'],
    [['settings.ROLES=numbers'], 'ROLES'],
    [['settings.KAFKA_BROKER=x:9092'], 'KAFKA_BROKER'],
    [['settings.LOG_LEVEL=loud'], 'LOG_LEVEL'],
    [['settings.MAX_BODY_BYTES=many'], 'MAX_BODY_BYTES'],
    [['settings.WABA_IDS=102290129340398'], 'WABA_IDS'],
    [['settings.META_APP_SECRET=abc'], 'META_APP_SECRET'],
    [['settings.PORT=9000'], 'PORT'],
    [['replicas=two'], 'replicas'],
    [['existingSecret='], 'existingSecret'],
    [['secrets.META_APP_SECRET=abc'], 'META_APP_SECRET'],
    [['secrets.META_APP_SECRET=null'], 'secrets.META_APP_SECRET is missing: hubcast does not start without it.'],
    [['secrets.META_APPS.key=apps'], 'secrets.META_APP_SECRET stands beside secrets.META_APPS'],
    [['secrets.API_TOKENS=null'], 'secrets.API_TOKENS is missing: the internal listener is reachable'],
    [
      ['settings.INTERNAL_HOST=127.0.0.1'],
      "settings.INTERNAL_HOST is 127.0.0.1: the kubelet's probes do not reach it.",
    ],
    [['settings.INTERNAL_HOST=null'], "settings.INTERNAL_HOST is 127.0.0.1: the kubelet's probes do not reach it."],
    [['autoscaling.enabled=true'], 'autoscaling.enabled needs settings.KAFKA_BROKERS: the journal has one writer.'],
    [
      ['autoscaling.enabled=true', 'settings.KAFKA_BROKERS=kafka:9092', 'settings.SPOOL=on'],
      'autoscaling.enabled does not go with settings.SPOOL',
    ],
    [['settings.SPOOL=true'], 'settings.SPOOL needs settings.KAFKA_BROKERS'],
    [['ingress.enabled=true'], 'ingress.enabled needs ingress.host'],
    [['ingress.host=https://x.example/webhook'], 'ingress'],
    [['persistence.accessModes={ReadWriteMany}'], 'accessModes'],
    [
      ['persistence.size=5Gi'],
      'persistence.size is 5Gi, less than settings.JOURNAL_MAX_BYTES (10737418240 bytes): the disk would be full before the bound is reached.',
    ],
    [
      [
        'persistence.size=500M',
        'settings.KAFKA_BROKERS=k:9092',
        'settings.SPOOL=on',
        'settings.SPOOL_MAX_BYTES=600000000',
      ],
      'persistence.size is 500M, less than settings.SPOOL_MAX_BYTES (600000000 bytes)',
    ],
    [['persistence.size=12Zi'], 'persistence'],
    [
      ['settings.KAFKA_TLS_CA=pem', 'secrets.KAFKA_TLS_CA.key=ca.crt'],
      'KAFKA_TLS_CA stands in settings and in secrets; keep one of them.',
    ],
  ])('refuses %j and says why', (values, reason) => {
    const { code, output, errors } = render(...values.flatMap((value) => ['--set', value]));
    expect({ code, output }).toEqual({ code: 1, output: '' });
    expect(errors).toContain(reason);
  });
});

(HELM ? describe : describe.skip)('helm test', () => {
  const handshake = (...values: readonly string[]) =>
    render(...values.flatMap((value) => ['--set', value])).output.includes('helm.sh/hook: test');

  it('makes the handshake where it can', () => {
    expect(handshake()).toBe(true);
    expect(handshake('settings.KAFKA_BROKERS=kafka:9092')).toBe(true);
  });

  it.each([
    [['secrets.META_APPS.key=apps', 'secrets.META_APP_SECRET=null', 'secrets.META_VERIFY_TOKEN=null']],
    [['secrets.TLS_CERT.key=tls.crt', 'secrets.TLS_KEY.key=tls.key']],
    [['settings.TLS_CLIENT_HEADER=X-Client', 'settings.TRUSTED_PROXIES=10.0.0.1']],
    [['networkPolicy.publicFrom[0].namespaceSelector.matchLabels.a=b']],
  ])('is left out with %j', (values) => {
    expect(handshake(...values)).toBe(false);
  });
});

(VALIDATE ? describe : describe.skip)("the chart, by Kubernetes' own schemas", () => {
  it('is valid in every set of values, strictly', () => {
    const version = KUBERNETES_VERSION.replace(/\.0$/, '');
    // The Prometheus Operator's kinds are not Kubernetes' own, and are looked at above.
    const folder = mkdtempSync(join(tmpdir(), 'hubcast-renders-'));
    try {
      const files = SETS.map((set) => {
        const file = join(folder, `${set}.yaml`);
        writeFileSync(file, documentsOf(set, (document) => !document.includes(OPERATOR)).join('---\n'));
        return file;
      });
      const { code, output, errors } = run('kubernetes-validate', ['-k', version, '--strict', ...files]);
      expect({ code, errors: code === 0 ? '' : output + errors }).toEqual({ code: 0, errors: '' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
