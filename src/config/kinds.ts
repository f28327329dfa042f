/** Readings of environment variables: what a setting's text may be, and what becomes of it. */
import * as z from 'zod';

/** What the settings table says of a setting beside its schema. */
export interface SettingMeta {
  readonly about: string;
  readonly group: string;
  /** Never shown; may come as `<NAME>_FILE`, read again when the file changes. */
  readonly secret?: true;
  /** May come as `<NAME>_FILE` without being secret. */
  readonly file?: true;
  /** How a value looks, for tables and messages. */
  readonly form?: string;
}

export const MIB = 1024 * 1024;
/** A longer timer would fire at once: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;
export const ID_OF_DIGITS = /^\d{1,20}$/;

export function setting<Schema extends z.ZodType>(
  schema: Schema,
  about: string,
  extra: Omit<SettingMeta, 'about' | 'group'> = {},
): Schema {
  return schema.meta({ about, ...extra });
}

/** Settings under one heading of the table. */
export function settingGroup<Shape extends Readonly<Record<string, z.ZodType>>>(group: string, shape: Shape): Shape {
  const entries = Object.entries(shape).map(([name, schema]) => [name, schema.meta({ ...schema.meta(), group })]);
  return Object.fromEntries(entries) as Shape;
}

/** A kind's values as JSON Schema, for files that give settings as numbers and switches (the chart's). */
export type ValueSchema = Readonly<Record<string, unknown>>;

/** What is no number, switch or choice. */
export const TEXT_VALUES: ValueSchema = { type: 'string', pattern: '\\S' };

const kind = (values: ValueSchema) => ({ values });

const ON: readonly string[] = ['on', 'true'];
const OFF: readonly string[] = ['off', 'false'];

export function onOff(fallback: boolean) {
  return z
    .string()
    .refine((text) => [...ON, ...OFF].includes(text.toLowerCase()), 'is not on, off, true or false')
    .transform((text) => ON.includes(text.toLowerCase()))
    .meta(kind({ enum: [true, false, ...ON, ...OFF] }))
    .default(fallback);
}

export function wholeNumber(min: number, max: number = Number.MAX_SAFE_INTEGER) {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `between ${min} and ${max}`;
  return z
    .string()
    .refine(
      (text) => /^-?\d{1,15}$/.test(text) && Number(text) >= min && Number(text) <= max,
      `is not a whole number ${range}`,
    )
    .transform(Number)
    .meta(
      kind({
        anyOf: [
          { type: 'integer', minimum: min, maximum: max },
          { type: 'string', pattern: '^-?[0-9]{1,15}$' },
        ],
      }),
    );
}

export function text() {
  return z.string().refine((value) => value.trim() !== '', 'is blank');
}

/** An http or https URL without a slash at its end. It may not hold a password: URLs are logged and shown. */
export function httpUrl() {
  return z
    .url({ protocol: /^https?$/, error: 'is not an http or https URL', abort: true })
    .refine(
      (url) => `${new URL(url).username}${new URL(url).password}` === '',
      'holds a user name or password; remove it',
    )
    .transform((url) => url.replace(/\/+$/, ''));
}

/** Several values between commas, spaces around them ignored. */
export function list() {
  return text()
    .transform((value) => value.split(',').map((item) => item.trim()))
    .refine((items) => items.every((item) => item !== ''), 'has an empty part between commas');
}

/** Secrets between commas. White space in a secret is always a slip of the hand. */
export function secretList() {
  return list().refine((items) => items.every((item) => !/\s/.test(item)), 'contains white space inside a value');
}

/** A whole number, or a word for one that is found out. */
export function wholeNumberOr<const Word extends string>(word: Word, min: number, max: number) {
  const number = wholeNumber(min, max);
  return z
    .string()
    .refine(
      (text) => text === word || number.safeParse(text).success,
      `is not ${word}, nor a whole number between ${min} and ${max}`,
    )
    .transform((text) => (text === word ? word : Number(text)))
    .meta(
      kind({
        anyOf: [
          { type: 'integer', minimum: min, maximum: max },
          { type: 'string', pattern: `^(${word}|[0-9]{1,15})$` },
        ],
      }),
    );
}

/** One of a few words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z
    .string()
    .refine((value): value is Words[number] => words.includes(value), `is not one of ${words.join(', ')}`)
    .transform((value) => value as Words[number])
    .meta(kind({ enum: words }));
}
