/**
 * The one table of settings, in groups. The typed configuration, `--help`, `describe settings`, the table of docs/settings.md and
 * the chart's schema all derive from it. Names are Meta's and Kafka's own.
 */
import * as z from 'zod';
import { diskSettings } from './groups/disk.ts';
import { eventSettings } from './groups/events.ts';
import { kafkaSettings } from './groups/kafka.ts';
import { listenerSettings } from './groups/listeners.ts';
import { metaSettings } from './groups/meta.ts';
import { commandLineSettings, operationSettings } from './groups/operation.ts';
import { phoneNumberSettings } from './groups/phone-numbers.ts';
import { type SettingMeta, TEXT_VALUES, type ValueSchema } from './kinds.ts';

export const settingsTable = z.object({
  ...metaSettings,
  ...phoneNumberSettings,
  ...listenerSettings,
  ...eventSettings,
  ...diskSettings,
  ...kafkaSettings,
  ...operationSettings,
  ...commandLineSettings,
});

/** For commands that only read the store. */
export const storeSettingsTable = settingsTable.partial({ META_APP_SECRET: true, META_VERIFY_TOKEN: true });

/** Secret and verify token are missing where META_APPS has them: see `appsOf`. */
export type Settings = z.output<typeof storeSettingsTable>;
export type StoreSettings = Settings;
export type SettingName = keyof Settings;

export interface SettingRow extends SettingMeta {
  readonly name: SettingName;
  readonly required: boolean;
  /** As it would be written in the environment; null when there is none. */
  readonly fallback: string | null;
  readonly values: ValueSchema;
}

/** The table as rows, for help, documentation and chart. */
export function settingRows(): readonly SettingRow[] {
  return Object.entries(settingsTable.shape).map(([name, schema]) => {
    const meta = schema.meta() as unknown as SettingMeta;
    const missing = schema.safeParse(undefined);
    const fallback = missing.success ? missing.data : undefined;
    return {
      ...meta,
      name: name as SettingName,
      required: !missing.success,
      fallback: fallbackText(fallback),
      values: valuesOf(schema),
    };
  });
}

function fallbackText(fallback: unknown): string | null {
  if (fallback === undefined) return null;
  if (typeof fallback === 'boolean') return fallback ? 'on' : 'off';
  if (Array.isArray(fallback)) return 'all';
  return typeof fallback === 'object' ? null : String(fallback);
}

/** What a kind says of its values lies under the defaults that the table put around it. */
function valuesOf(schema: z.core.$ZodType): ValueSchema {
  const { values } = (z.globalRegistry.get(schema) ?? {}) as { values?: ValueSchema };
  const { innerType } = schema._zod.def as { innerType?: z.core.$ZodType };
  return values ?? (innerType === undefined ? TEXT_VALUES : valuesOf(innerType));
}
