/** From the environment to checked settings, or to all problems at once. */
import { readFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { distance } from 'fastest-levenshtein';
import type { z } from 'zod';
import { HubcastError, messageOf } from '../errors.ts';
import type { SettingMeta } from './kinds.ts';
import { type SettingName, type Settings, type StoreSettings, settingsTable, storeSettingsTable } from './settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const SHAPE = settingsTable.shape;
const NAMES = Object.keys(SHAPE) as SettingName[];

/**
 * @param env usually `process.env`; `<NAME>_FILE` names a file for a setting that may come from one
 * @throws HubcastError `configuration_invalid`, one line a problem
 */
export function readSettings(env: Environment): Settings {
  return checkSettings(env, settingsTable);
}

/** For commands that only read the store: what only the receiving service needs may be missing. */
export function readStoreSettings(env: Environment): StoreSettings {
  return checkSettings(env, storeSettingsTable);
}

function checkSettings<Table extends z.ZodType<StoreSettings>>(env: Environment, table: Table): z.output<Table> {
  const problems = findTypos(env);
  const given: Record<string, string> = {};
  for (const name of NAMES) {
    try {
      const value = givenValue(name, env);
      if (value !== undefined) given[name] = value;
    } catch (error) {
      problems.push(messageOf(error));
    }
  }
  const checked = table.safeParse(given);
  for (const issue of checked.error?.issues ?? []) {
    const name = String(issue.path[0]);
    problems.push(given[name] === undefined ? `${name} is missing: ${aboutOf(name)}.` : `${name} ${issue.message}.`);
  }
  if (checked.success) problems.push(...findContradictions(checked.data));
  if (problems.length > 0 || !checked.success) throw new HubcastError('configuration_invalid', problems.join('\n'));
  return checked.data;
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

/** A misspelt setting would be ignored in silence: KAFKA_BROKER, and the events go to a local file. */
function findTypos(env: Environment): string[] {
  const accepted = new Set(NAMES.flatMap((name) => (mayComeFromFile(name) ? [name, `${name}_FILE`] : [name])));
  return Object.keys(env).flatMap((given) => {
    if (accepted.has(given) || given.length < 8 || given !== given.toUpperCase()) return [];
    const meant = [...accepted].find((name) => name.length >= 8 && distance(name, given) <= 2);
    return meant === undefined || env[meant] !== undefined ? [] : [`${given} is not a setting. Did you mean ${meant}?`];
  });
}

function findContradictions(settings: StoreSettings): string[] {
  const problems: string[] = [];
  const { KAFKA_SASL_MECHANISM: mechanism } = settings;
  if (mechanism !== undefined && mechanism !== 'OAUTHBEARER') {
    if (!settings.KAFKA_SASL_USERNAME || !settings.KAFKA_SASL_PASSWORD) {
      problems.push(`KAFKA_SASL_MECHANISM=${mechanism} needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD.`);
    }
  }
  if (mechanism === 'OAUTHBEARER') {
    const endpoint =
      settings.KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL &&
      settings.KAFKA_SASL_OAUTHBEARER_CLIENT_ID &&
      settings.KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET;
    if (!settings.KAFKA_SASL_OAUTHBEARER_TOKEN && !endpoint) {
      problems.push(
        'KAFKA_SASL_MECHANISM=OAUTHBEARER needs KAFKA_SASL_OAUTHBEARER_TOKEN, or _TOKEN_ENDPOINT_URL with _CLIENT_ID and _CLIENT_SECRET.',
      );
    }
  }
  if ((settings.KAFKA_TLS_CERT === undefined) !== (settings.KAFKA_TLS_KEY === undefined)) {
    problems.push('KAFKA_TLS_CERT and KAFKA_TLS_KEY belong together; one of them is missing.');
  }
  if (!isLoopback(settings.INTERNAL_HOST) && !settings.API_TOKENS) {
    problems.push(
      `INTERNAL_HOST=${settings.INTERNAL_HOST} is reachable from outside and needs API_TOKENS. Set them, or use 127.0.0.1.`,
    );
  }
  if (settings.MAX_IN_FLIGHT_BYTES < settings.MAX_BODY_BYTES) {
    problems.push('MAX_IN_FLIGHT_BYTES is below MAX_BODY_BYTES; a body of full size could never be taken.');
  }
  return problems;
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}
