/** Each folder of renders/ is a set of values and what the chart makes of it: UPDATE_GOLDEN=1 writes, review the difference. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { CHART, isThere, KUBERNETES_VERSION, render, run } from './tools.ts';

const RENDERS = join(import.meta.dirname, 'renders');
const SETS = readdirSync(RENDERS);
const HELM = isThere('helm', 'version', 'the chart');
const VALIDATE = HELM && isThere('kubernetes-validate', '--version', "the chart against Kubernetes' schemas");

const valuesOf = (set: string) => join(RENDERS, set, 'values.yaml');
const renderedOf = (set: string) => join(RENDERS, set, 'rendered.yaml');

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

  it.each([
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
    [['ingress.enabled=true'], 'ingress.enabled needs ingress.host'],
    [['ingress.host=https://x.example/webhook'], 'ingress'],
    [['persistence.accessModes={ReadWriteMany}'], 'accessModes'],
    [
      ['settings.KAFKA_TLS_CA=pem', 'secrets.KAFKA_TLS_CA.key=ca.crt'],
      'KAFKA_TLS_CA stands in settings and in secrets; keep one of them.',
    ],
  ])('refuses %j and says why', (values, why) => {
    const { code, output, errors } = render(...values.flatMap((value) => ['--set', value]));
    expect({ code, output }).toEqual({ code: 1, output: '' });
    expect(errors).toContain(why);
  });
});

(VALIDATE ? describe : describe.skip)("the chart, by Kubernetes' own schemas", () => {
  it('is valid in every set of values, strictly', () => {
    const version = KUBERNETES_VERSION.replace(/\.0$/, '');
    const { code, output, errors } = run('kubernetes-validate', ['-k', version, '--strict', ...SETS.map(renderedOf)]);
    expect({ code, errors: code === 0 ? '' : output + errors }).toEqual({ code: 0, errors: '' });
  });
});
