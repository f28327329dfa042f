/** From the environment to checked settings, or to all problems at once. */
import { readFileSync } from 'node:fs';
import type * as z from 'zod';
import { HubcastError, messageOf } from '../core/errors.ts';
import { findConflicts } from './conflicts.ts';
import type { SettingMeta } from './kinds.ts';
import { findRenamed, RENAMED_VALUES } from './renamed-settings.ts';
import { type SettingName, type Settings, type StoreSettings, settingsTable, storeSettingsTable } from './settings.ts';
import { findTypos } from './typos.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const SHAPE = settingsTable.shape;
const NAMES = Object.keys(SHAPE) as SettingName[];

/**
 * @param env usually `process.env`; `<NAME>_FILE` names a file for a setting that may come from one
 * @param findMore further problems of settings that are right one by one: those of the store they mean
 * @throws HubcastError `configuration_invalid`, one line a problem
 */
export function readSettings(env: Environment, findMore: FindProblems = () => []): Settings {
  return checkSettings(env, settingsTable, findMore);
}

export type FindProblems = (settings: StoreSettings) => readonly string[];

/** For commands that only read the store: what only the receiving service needs may be missing. */
export function readStoreSettings(env: Environment): StoreSettings {
  return checkSettings(env, storeSettingsTable, () => []);
}

function checkSettings(env: Environment, table: z.ZodType<Settings>, findMore: FindProblems): Settings {
  const problems = [...findRenamed(env), ...findTypos(env, acceptedNames())];
  const given: Record<string, string> = {};
  const unread = new Set<string>();
  for (const name of NAMES) {
    try {
      const value = givenValue(name, env);
      if (value !== undefined) given[name] = value;
    } catch (error) {
      unread.add(name);
      problems.push(messageOf(error));
    }
  }
  const checked = (given.META_APPS === undefined ? table : storeSettingsTable).safeParse(given);
  for (const issue of checked.error?.issues ?? []) {
    const name = String(issue.path[0]);
    if (!unread.has(name)) problems.push(problemWith(name, given[name], issue.message));
  }
  if (checked.success) problems.push(...findConflicts(checked.data), ...findMore(checked.data));
  if (problems.length > 0 || !checked.success) throw new HubcastError('configuration_invalid', problems.join('\n'));
  return checked.data;
}

function problemWith(name: string, value: string | undefined, message: string): string {
  if (value === undefined) return `${name} is missing: ${aboutOf(name)}.`;
  const renamed = RENAMED_VALUES[name]?.[value];
  return renamed === undefined ? `${name} ${message}.` : `${name}=${value} is now ${name}=${renamed}.`;
}

/** Files that settings were read from: a change of one means reading them again. */
export function settingFiles(env: Environment): readonly string[] {
  return NAMES.flatMap((name) => (mayComeFromFile(name) && env[`${name}_FILE`] ? [env[`${name}_FILE`] as string] : []));
}

function givenValue(name: SettingName, env: Environment): string | undefined {
  const file = mayComeFromFile(name) ? env[`${name}_FILE`] : undefined;
  if (file === undefined) return env[name];
  if (env[name] !== undefined) throw new Error(`${name} and ${name}_FILE are both set; keep one of them.`);
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new Error(`${name}_FILE cannot be read: ${messageOf(error)}.`);
  }
}

function metaOf(name: string): SettingMeta {
  return SHAPE[name as SettingName].meta() as unknown as SettingMeta;
}

function aboutOf(name: string): string {
  return metaOf(name).about;
}

function mayComeFromFile(name: string): boolean {
  const { secret, file } = metaOf(name);
  return secret === true || file === true;
}

function acceptedNames(): string[] {
  return NAMES.flatMap((name) => (mayComeFromFile(name) ? [name, `${name}_FILE`] : [name]));
}
