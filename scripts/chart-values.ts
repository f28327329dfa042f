/**
 * The chart's values.schema.json and its copy of the defaults. Settings and secrets come from the settings table, so
 * that a new setting can be given through the chart at once; the rest is about Kubernetes and stands here. Draft 7,
 * which every Helm 3 reads.
 */
import { type SettingRow, settingRows } from '../src/config/settings.ts';

/** Ports inside the container, the volume's place and who has which role are the chart's own business. */
const SET_BY_THE_CHART: ReadonlySet<string> = new Set(['PORT', 'INTERNAL_PORT', 'DATA_DIR', 'ROLES']);
/** What the chart counts with: the time a stop may take, and whether probes reach the internal listener. */
const COUNTED_WITH: ReadonlySet<string> = new Set([
  'JOURNAL_MAX_BYTES',
  'SPOOL_MAX_BYTES',
  'INTERNAL_HOST',
  'SHUTDOWN_DELAY_MS',
  'SHUTDOWN_TIMEOUT_MS',
  'SPOOL_DRAIN_TIMEOUT_MS',
  'WRITE_TIMEOUT_MS',
]);

type Schema = Readonly<Record<string, unknown>>;

const text = { type: 'string' };
const flag = { type: 'boolean' };
const name = { type: 'string', pattern: '^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?)?$' };
const port = { type: 'integer', minimum: 1, maximum: 65_535 };
const texts = { type: 'object', additionalProperties: text };
const list = (items: Schema) => ({ type: 'array', items });
/** Kubernetes' own objects, which Kubernetes checks. */
const anything = { type: 'object' };
const object = (properties: Schema) => ({ type: 'object', additionalProperties: false, properties });
const podResources = object({ requests: anything, limits: anything, claims: list(anything) });

export function chartValuesSchema(): object {
  const rows = settingRows().filter((row) => !SET_BY_THE_CHART.has(row.name));
  const mayComeFromSecret = rows.filter(({ secret, file }) => secret === true || file === true);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Values of the hubcast chart',
    ...object({
      settings: object(Object.fromEntries(rows.filter(({ secret }) => secret !== true).map(settingEntry))),
      existingSecret: { ...name, minLength: 1 },
      secrets: object(
        Object.fromEntries(
          mayComeFromSecret.map((row) => [
            row.name,
            {
              description: row.about,
              ...object({ name, key: { type: 'string', pattern: '^[-._a-zA-Z0-9]{1,253}$' } }),
            },
          ]),
        ),
      ),
      image: object({
        repository: { type: 'string', minLength: 1 },
        tag: text,
        digest: { type: 'string', pattern: '^(sha256:[0-9a-f]{64})?$' },
        pullPolicy: { enum: ['Always', 'IfNotPresent', 'Never'] },
      }),
      imagePullSecrets: list(object({ name })),
      replicas: { type: 'integer', minimum: 0 },
      autoscaling: object({
        enabled: flag,
        minReplicas: { type: 'integer', minimum: 1 },
        maxReplicas: { type: 'integer', minimum: 1 },
        targetCPUUtilizationPercentage: { type: 'integer', minimum: 1 },
      }),
      numbers: object({ separate: flag, replicas: { type: 'integer', minimum: 0 }, resources: podResources }),
      persistence: object({
        size: { type: 'string', pattern: '^[0-9]+(\\.[0-9]+)?([KMGTP]i?)?$' },
        storageClassName: name,
        accessModes: { ...list({ enum: ['ReadWriteOnce', 'ReadWriteOncePod'] }), minItems: 1 },
      }),
      service: object({ type: { enum: ['ClusterIP', 'NodePort', 'LoadBalancer'] }, port, annotations: texts }),
      internalService: object({ port, annotations: texts }),
      ingress: object({
        enabled: flag,
        className: name,
        annotations: texts,
        host: { type: 'string', pattern: '^[a-z0-9.-]*$', description: 'A host name, without scheme or path' },
        tlsSecretName: name,
      }),
      networkPolicy: object({
        enabled: flag,
        publicFrom: list(anything),
        internalFrom: list(anything),
        egress: list(anything),
      }),
      monitoring: object({
        serviceMonitor: object({
          enabled: flag,
          interval: { type: 'string', pattern: '^[0-9]+(ms|s|m|h)$' },
          labels: texts,
        }),
        rules: object({
          enabled: flag,
          labels: texts,
          runbookBaseUrl: { type: 'string', pattern: '^(https?://[^\\s"]+)?$' },
          nothingReceivedAfter: { type: 'string', pattern: '^[1-9]\\d*(m|h|d)$' },
        }),
        dashboard: object({ enabled: flag, labels: texts }),
      }),
      podDisruptionBudget: object({
        enabled: flag,
        maxUnavailable: {
          anyOf: [
            { type: 'integer', minimum: 0 },
            { type: 'string', pattern: '^[0-9]{1,3}%$' },
          ],
        },
      }),
      topologySpread: object({
        enabled: flag,
        topologyKeys: list(text),
        whenUnsatisfiable: { enum: ['ScheduleAnyway', 'DoNotSchedule'] },
      }),
      serviceAccount: object({ create: flag, name, annotations: texts }),
      resources: podResources,
      nameOverride: name,
      fullnameOverride: name,
      labels: texts,
      podLabels: texts,
      podAnnotations: texts,
      nodeSelector: texts,
      tolerations: list(anything),
      affinity: anything,
      priorityClassName: name,
      // Given by Helm to every chart that is part of another.
      global: anything,
    }),
  };
}

export function chartSettingDefaults(): Readonly<Record<string, string | null>> {
  const counted = settingRows().filter((row) => COUNTED_WITH.has(row.name));
  return Object.fromEntries(counted.map((row) => [row.name, row.fallback]));
}

function settingEntry({ name, about, fallback, form, values }: SettingRow): [string, Schema] {
  const said = [about, form && `form: ${form}`, fallback !== null && `default: ${fallback}`].filter(Boolean);
  return [name, { description: said.join('; '), ...values }];
}
