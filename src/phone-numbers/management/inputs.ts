/**
 * What the operations take, under Meta's names, checked before Meta is asked: a refused try may count towards a lock.
 * Members that are secret carry `writeOnly`; what may be shown, logged and kept is derived from it.
 */
import * as z from 'zod';
import { HubcastError } from '../../core/errors.ts';
import { readNumber } from '../look-ups/parse-number.ts';

const SECRET = { writeOnly: true, format: 'password' } as const;

/** Every refusal is one sentence of ours: none repeats what came. */
const matching = (form: RegExp, expected: string) => z.string({ error: expected }).regex(form, { error: expected });

const pin = matching(/^\d{6}$/, 'Six digits.').meta({
  ...SECRET,
  description: "The number's two-step verification PIN: six digits. Not the code of the SMS or call",
});

/** As the SMS shows it, `123-830`, or the digits alone; Meta takes the digits. */
const code = matching(/^\d{3}[- ]?\d{3}$/, 'The six digits of the SMS or call, with or without the hyphen.').meta({
  ...SECRET,
  description: 'The code of the SMS or call, such as 123-830',
});

const language = matching(/^[a-z]{2,3}(_[A-Z]{2})?$/, 'A language such as en or en_US.').meta({
  description: 'Language of the SMS or call',
});

/** Characters as people count them. */
function text(min: number, max: number, description: string) {
  const expected = `${min} to ${max} characters.`;
  return z
    .string({ error: expected })
    .refine((value) => [...value].length >= min && [...value].length <= max, { error: expected })
    .refine((value) => value.trim() === value && !/\p{Cc}/u.test(value), {
      error: 'No white space at the ends, no line breaks.',
    })
    .meta({ description, minLength: min, maxLength: max });
}

export const DATA_REGIONS = [
  'AU',
  'ID',
  'IN',
  'JP',
  'SG',
  'KR',
  'DE',
  'CH',
  'GB',
  'BR',
  'BH',
  'ZA',
  'AE',
  'CA',
] as const;
export const CODE_METHODS = ['SMS', 'VOICE'] as const;

const MAX_URL_LENGTH = 200;
const CALLBACK = `An https URL of at most ${MAX_URL_LENGTH} characters, without a user name in it.`;
const EMOJI = /\p{Emoji_Presentation}|\p{Emoji}\uFE0F/u;
/** Meta's guide says 4, its API file 3: the larger is let through. */
const MAX_PROMPTS = 4;
const MAX_COMMANDS = 30;

function isCallbackUrl(value: string): boolean {
  if (value.length > MAX_URL_LENGTH || !URL.canParse(value)) return false;
  const { protocol, username, password, hash } = new URL(value);
  return protocol === 'https:' && username === '' && password === '' && hash === '';
}

const newNumber = {
  cc: matching(/^[1-9]\d{0,2}$/, 'The country code: 1 to 3 digits, such as 49.').meta({ description: 'Country code' }),
  phone_number: z
    .string({ error: 'A phone number.' })
    .refine(isNumber, { error: 'A phone number of 4 to 15 digits, with or without the country code.' })
    .meta({ description: 'The number, with or without the country code', 'x-pii': 'phone_number' }),
};
const verifiedName = text(2, 75, 'The display name people will see');

function isNumber(value: string): boolean {
  try {
    return readNumber(value).length >= 4;
  } catch {
    return false;
  }
}

export const INPUTS = {
  RequestCode: z.strictObject({
    code_method: z
      .enum(CODE_METHODS, { error: 'SMS or VOICE.' })
      .meta({ description: 'How the code is sent: by SMS, or spoken in a call' }),
    language: language.default('en_US'),
  }),
  VerifyCode: z.strictObject({ code }),
  Register: z.strictObject({
    pin,
    data_localization_region: z
      .enum(DATA_REGIONS, { error: `One of ${DATA_REGIONS.join(', ')}.` })
      .optional()
      .meta({
        description: 'Country in which messages at rest are kept (local storage); left out: wherever Meta keeps them',
      }),
  }),
  Pin: z.strictObject({ pin }),
  DisplayName: z.strictObject({ new_display_name: text(2, 75, 'The display name to be reviewed by Meta') }),
  Conversational: z
    .strictObject({
      prompts: z
        .array(
          text(1, 80, 'A question a person can tap').refine((value) => !EMOJI.test(value), { error: 'No emoji.' }),
          { error: 'A list of texts.' },
        )
        .max(MAX_PROMPTS, { error: `At most ${MAX_PROMPTS} prompts.` })
        .optional()
        .meta({
          description: `Ice breakers: at most ${MAX_PROMPTS} (Meta's API file says 3), 80 characters each, no emoji`,
        }),
      commands: z
        .array(
          z.strictObject({
            command_name: text(1, 32, 'What is typed after the slash').refine((value) => !EMOJI.test(value), {
              error: 'No emoji.',
            }),
            command_description: text(1, 256, 'What the command does'),
          }),
          { error: 'A list of commands, each with command_name and command_description.' },
        )
        .max(MAX_COMMANDS, { error: `At most ${MAX_COMMANDS} commands.` })
        .optional()
        .meta({ description: `Commands: at most ${MAX_COMMANDS}, names up to 32 characters, descriptions up to 256` }),
    })
    .refine((value) => Object.values(value).some((member) => member !== undefined), {
      error: 'At least one of prompts, commands.',
    })
    .meta({ minProperties: 1 }),
  WebhookOverride: z.strictObject({
    override_callback_uri: z.string({ error: CALLBACK }).refine(isCallbackUrl, { error: CALLBACK }).meta({
      description: 'Where messages, calls and other chat events go instead of the callback URL of the app',
      maxLength: MAX_URL_LENGTH,
      pattern: '^https://',
    }),
    verify_token: matching(
      /^\S{1,256}$/,
      'The verify token of that URL: 1 to 256 characters without white space.',
    ).meta({
      ...SECRET,
      description: 'Meta sends it in the handshake with that URL',
    }),
  }),
  AddNumber: z.strictObject({
    ...newNumber,
    verified_name: verifiedName,
    preverified_id: matching(/^\d{1,20}$/, '1 to 20 digits.')
      .optional()
      .meta({ description: 'Id of a number that was verified beforehand' }),
  }),
  MigrateNumber: z.strictObject({ ...newNumber, verified_name: verifiedName.optional() }),
} as const;

export type InputName = keyof typeof INPUTS;
export type Input<Name extends InputName> = z.output<(typeof INPUTS)[Name]>;

/** @throws HubcastError `invalid_body`, which names the member and what it takes, and nothing of what came */
export function readInput<Name extends InputName>(name: Name, given: unknown): Input<Name> {
  const read = INPUTS[name].safeParse(given);
  if (read.success) return read.data as Input<Name>;
  const [issue] = read.error.issues;
  const known = Object.keys(INPUTS[name].shape);
  const member = issue?.path[0] === undefined ? '' : issue.path.map(String).join('.');
  const expected =
    member === '' && issue?.code !== 'custom'
      ? `A JSON object with ${known.join(', ')} and nothing else.`
      : issue?.code === 'unrecognized_keys'
        ? 'Nothing but its documented members.'
        : (issue?.message ?? '');
  throw new HubcastError('invalid_body', `${member === '' ? 'The body' : member}: ${expected}`, {
    details: { ...(member === '' ? {} : { member }), expected },
  });
}

/** Values that no message may repeat: those of secret members, a code without its hyphen, the query of a URL. */
export function secretsOf(name: InputName, input: object): readonly string[] {
  return Object.entries(input).flatMap(([member, value]) => {
    if (typeof value !== 'string') return [];
    if (isSecret(name, member)) return [value, value.replace(/[- ]/g, '')];
    return URL.canParse(value) ? [new URL(value).search.slice(1)] : [];
  });
}

/** What of the input may be kept: no secrets, and of a URL no query, where people put tokens. */
export function shownOf(name: InputName, input: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(input).flatMap(([member, value]) => {
      if (isSecret(name, member) || value === undefined) return [];
      return [[member, typeof value === 'string' && URL.canParse(value) ? withoutQuery(value) : value]];
    }),
  );
}

function isSecret(name: InputName, member: string): boolean {
  const shape: Readonly<Record<string, z.ZodType>> = INPUTS[name].shape;
  return shape[member]?.meta()?.writeOnly === true;
}

function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin === 'null' ? url : `${origin}${pathname}`;
}
