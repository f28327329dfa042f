/** Every committed file, or part of one, that is made from the code: what it must contain now. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { captureJsonSchema } from '../src/capture/capture-json-schema.ts';
import { DESCRIPTIONS, type Subject } from '../src/cli/describe.ts';
import { readStoreSettings } from '../src/config/read-settings.ts';
import { asyncApiDocument } from '../src/events/async-api.ts';
import { envelopeJsonSchema, eventsBundle, eventTypeSchemas, schemaIndex } from '../src/events/json-schemas.ts';
import type { Family } from '../src/fields/families.ts';
import { namingsOf } from '../src/records/planned-topics.ts';
import { topicName } from '../src/records/topic-plans.ts';
import { chartSettingDefaults, chartValuesSchema } from './chart-values.ts';
import { grafanaDashboard } from './dashboard/grafana-dashboard.ts';
import { ledgerRows } from './ledger-rows.ts';
import { toMarkdownTable } from './markdown-table.ts';
import { openApiDocument } from './openapi.ts';
import { schemasReadme } from './schemas-readme.ts';
import { toYaml } from './yaml.ts';

export const ROOT = join(import.meta.dirname, '..');

const PAGES_WITH_TABLES = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)].filter(
  (path) => readFileSync(join(ROOT, path), 'utf8').includes('<!-- table: '),
);

export interface GeneratedFile {
  /** From the project's root. */
  readonly path: string;
  readonly text: string;
}

export function generatedFiles(): readonly GeneratedFile[] {
  const schemas = [...eventTypeSchemas(), eventsBundle(), envelopeJsonSchema(), captureJsonSchema()];
  const naming = namingsOf(readStoreSettings({}))[0];
  const topicOf = (family: Family) => topicName(naming, family);
  return [
    ...schemas.map(({ path, schema }) => ({ path: `schemas/${path}`, text: toJson(schema) })),
    { path: 'schemas/index.json', text: toJson(schemaIndex()) },
    { path: 'schemas/README.md', text: schemasReadme(({ family }) => topicOf(family)) },
    { path: 'schemas/asyncapi.yaml', text: toYaml(asyncApiDocument({ version: packageVersion(), topicOf })) },
    {
      path: 'schemas/asyncapi-bundled.yaml',
      text: toYaml(asyncApiDocument({ version: packageVersion(), topicOf, bundled: true })),
    },
    { path: 'schemas/openapi.json', text: toJson(openApiDocument(packageVersion())) },
    { path: 'helm/values.schema.json', text: toJson(chartValuesSchema()) },
    { path: 'helm/setting-defaults.json', text: toJson(chartSettingDefaults()) },
    { path: 'helm/monitoring/dashboard.json', text: toJson(grafanaDashboard()) },
    ...PAGES_WITH_TABLES.map((path) => ({ path, text: withTables(path) })),
  ];
}

function packageVersion(): string {
  return JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version;
}

function toJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Tables stand between `<!-- table: settings -->` and `<!-- end -->`. */
function withTables(path: string): string {
  const text = readFileSync(join(ROOT, path), 'utf8');
  return text.replace(
    /(<!-- table: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, start: string, subject: string, end: string) => {
      const rows = subject === 'ledger' ? ledgerRows() : DESCRIPTIONS[subject as Subject](() => readStoreSettings({}));
      return `${start}${toMarkdownTable(rows)}\n${end}`;
    },
  );
}
