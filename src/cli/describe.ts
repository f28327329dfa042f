import { Argument, Command } from 'commander';
import { readStoreSettings } from '../config/read-settings.ts';
import { type StoreSettings, settingRows } from '../config/settings.ts';
import { ERRORS } from '../core/errors.ts';
import { typeOfEvent } from '../events/event.ts';
import { systemEvents } from '../events/system-events.ts';
import { type Family, familyPlan } from '../fields/families.ts';
import { allEvents } from '../fields/registry.ts';
import { operationRows, refusalRows } from '../phone-numbers/management/tables.ts';
import { topicPlansOf, topicsOfFamily } from '../records/planned-topics.ts';
import { METRICS, type MetricRow } from '../telemetry/metrics/metric-rows.ts';
import { defaultFormat, type Format, parseFormat, print, toTable } from './output.ts';

/**
 * Rows of what can be described; the tables of docs/ are made from the same. Settings are read only by those who show
 * names that depend on them: who looks up a setting or an error often has a wrong one.
 */
export const DESCRIPTIONS = {
  fields: (settings) => {
    const topicsOf = (family: Family) => topicsOfFamily(settings(), family).join(', ');
    const ofMeta = allEvents().map(({ field, event, family }) => ({
      field: field.name,
      type: typeOfEvent(field, event),
      topic: topicsOf(family),
      key: event.key.about,
      about: event.about ?? field.about,
    }));
    const own = systemEvents().map(({ type, family, key, about }) => {
      return { field: '(hubcast)', type, topic: topicsOf(family), key, about };
    });
    return [...ofMeta, ...own];
  },
  topics: (settings) =>
    topicPlansOf(settings(), settings().PUBLISH_FAMILIES).map(({ family, name, retentionMs }) => ({
      topic: name,
      family,
      retention_days: String(retentionMs / 86_400_000),
      about: familyPlan(family).about,
    })),
  settings: () =>
    settingRows().map(({ name, group, form, fallback, required, secret, file, about }) => ({
      setting: name,
      group,
      default: required ? '(required)' : (fallback ?? ''),
      form: form ?? '',
      from_file: secret || file ? `${name}_FILE` : '',
      about,
    })),
  errors: () =>
    Object.entries(ERRORS).map(([code, { status, retry, fix }]) => ({
      code,
      status: String(status),
      retry: retry ? 'yes' : 'no',
      fix,
    })),
  metrics: () =>
    Object.entries<MetricRow>(METRICS).map(([metric, { type, labels, about }]) => ({
      metric,
      type,
      labels: labels.join(', '),
      about,
    })),
  operations: operationRows,
  refusals: refusalRows,
} as const satisfies Record<string, (settings: () => StoreSettings) => readonly Readonly<Record<string, string>>[]>;

export type Subject = keyof typeof DESCRIPTIONS;

export function describeCommand(): Command {
  return new Command('describe')
    .description('list the fields, topics, settings, errors, metrics or refusals of Meta that this version knows')
    .addArgument(new Argument('<what>').choices(Object.keys(DESCRIPTIONS)))
    .option('--format <format>', 'pretty, or json (default: pretty on a terminal)', parseFormat)
    .addHelpText(
      'after',
      `
Examples:
  hubcast describe fields
  hubcast describe settings --format json`,
    )
    .action(async (what: Subject, options: { format?: Format }) => {
      const rows: readonly Readonly<Record<string, string>>[] = DESCRIPTIONS[what](() =>
        readStoreSettings(process.env),
      );
      if ((options.format ?? defaultFormat()) === 'json') return print(JSON.stringify(rows, null, 2));
      const columns = Object.keys(rows[0] ?? {});
      return print(
        toTable(
          columns,
          rows.map((row) => columns.map((column) => row[column] ?? '')),
        ),
      );
    });
}
