/** Several Meta apps behind one service: their setting, and one view of the apps, whether one or many. */
import * as z from 'zod';
import { ID_OF_DIGITS, text } from './kinds.ts';
import { TOPIC_NAME } from './topic-names.ts';

/** What hubcast knows of one Meta app. */
export interface MetaApp {
  /** The event attribute `app`, and the last part of its path. */
  readonly name: string;
  /** The first one is the current one; the others are being rotated out. */
  readonly secrets: readonly string[];
  readonly verifyToken: string;
  readonly appId: string | null;
  readonly accessToken: string | null;
  /** WhatsApp Business Accounts that are ours. */
  readonly accounts: readonly string[];
  readonly topicPrefix: string;
}

/** The one app of META_APP_SECRET. Its records are remembered by their ids alone; those of others, by app and id. */
export const MAIN_APP = 'main';

/** Of a path and of a topic's neighbour: nothing that has to be escaped anywhere. */
const APP_NAME = /^[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?$/;

const secret = z
  .string({ error: 'is not a text' })
  .refine((value) => value.trim() !== '' && !/\s/.test(value), 'is blank or has white space in it');

const app = z.strictObject(
  {
    name: z
      .string({ error: 'is missing or no text' })
      .regex(APP_NAME, 'is not 1 to 64 of a-z, 0-9, - and _, as it becomes /webhook/<name>'),
    secrets: z
      .array(secret, { error: 'is missing or no list of App Secrets, the current one first' })
      .min(1, 'is empty: nothing could be verified'),
    verify_token: z
      .string({ error: 'is missing or no text' })
      .refine((value) => value !== '' && value === value.trim(), 'is blank, or begins or ends with white space'),
    app_id: z.string({ error: 'is no text' }).regex(ID_OF_DIGITS, 'is not an id of digits').optional(),
    access_token: secret.optional(),
    accounts: z
      .array(
        z.string({ error: 'is no text; ids lose digits as numbers' }).regex(ID_OF_DIGITS, 'is not an id of digits'),
        {
          error: 'is no list of ids',
        },
      )
      .optional(),
    topic_prefix: z
      .string({ error: 'is no text' })
      .regex(TOPIC_NAME, 'is not a valid beginning of a topic name')
      .optional(),
  },
  { error: (issue) => (issue.code === 'unrecognized_keys' ? undefined : 'is no object') },
);

const apps = z.array(app, { error: 'is no list' }).min(1, 'is empty');

export const META_APPS_FORM =
  '[{"name", "secrets": [...], "verify_token", "app_id", "access_token", "accounts": [...], "topic_prefix"}, ...]';

/** An app as given: what it leaves out comes from the settings for all. */
export type GivenApp = z.output<typeof app>;

/** A list of apps as JSON. All of its problems are reported together; none shows a value. */
export function metaApps() {
  return text().transform((given, context): readonly GivenApp[] => {
    let json: unknown;
    try {
      json = JSON.parse(given);
    } catch {
      context.addIssue({ code: 'custom', message: `is not JSON of the form ${META_APPS_FORM}` });
      return z.NEVER;
    }
    const checked = apps.safeParse(json);
    const problems = checked.success
      ? findRepetitions(checked.data)
      : checked.error.issues.map((issue) => `${placeOf(issue.path)}${messageOf(issue)}`);
    for (const message of problems) context.addIssue({ code: 'custom', message });
    return checked.success && problems.length === 0 ? checked.data : z.NEVER;
  });
}

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'unrecognized_keys') return issue.message;
  // The unknown names are not shown: one of them may be a secret in the wrong place.
  return `has ${issue.keys.length} unknown member${issue.keys.length === 1 ? '' : 's'}; members are ${Object.keys(app.shape).join(', ')}`;
}

function placeOf(path: readonly PropertyKey[]): string {
  const [index, ...rest] = path;
  if (index === undefined) return '';
  const member = rest.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return `[${String(index)}]${member} `;
}

function findRepetitions(given: readonly GivenApp[]): string[] {
  const problems: string[] = [];
  const names = new Map<string, number>();
  const secrets = new Map<string, number>();
  for (const [index, { name, secrets: own }] of given.entries()) {
    const same = names.get(name);
    if (same !== undefined) problems.push(`[${index}].name is that of [${same}]; each app needs its own`);
    names.set(name, index);
    for (const one of own) {
      const other = secrets.get(one);
      if (other !== undefined && other !== index) {
        problems.push(`[${index}].secrets has a secret of [${other}]; each app has its own at Meta`);
      }
      secrets.set(one, index);
    }
  }
  return problems;
}

interface AppSettings {
  readonly META_APPS?: readonly GivenApp[] | undefined;
  readonly META_APP_SECRET?: readonly string[] | undefined;
  readonly META_VERIFY_TOKEN?: string | undefined;
  readonly META_APP_ID?: string | undefined;
  readonly META_ACCESS_TOKEN?: string | undefined;
  readonly WABA_IDS?: readonly string[] | undefined;
  readonly TOPIC_PREFIX: string;
}

/** One app or several, alike. Commands that only read may have no secret. */
export function appsOf(settings: AppSettings): readonly [MetaApp, ...MetaApp[]] {
  const { META_APPS: given, TOPIC_PREFIX: topicPrefix } = settings;
  if (given !== undefined) {
    const toApp = (one: GivenApp): MetaApp => ({
      name: one.name,
      secrets: one.secrets,
      verifyToken: one.verify_token,
      appId: one.app_id ?? null,
      accessToken: one.access_token ?? null,
      accounts: one.accounts ?? [],
      topicPrefix: one.topic_prefix ?? topicPrefix,
    });
    return given.map(toApp) as unknown as readonly [MetaApp, ...MetaApp[]];
  }
  return [
    {
      name: MAIN_APP,
      secrets: settings.META_APP_SECRET ?? [],
      verifyToken: settings.META_VERIFY_TOKEN ?? '',
      appId: settings.META_APP_ID ?? null,
      accessToken: settings.META_ACCESS_TOKEN ?? null,
      accounts: settings.WABA_IDS ?? [],
      topicPrefix,
    },
  ];
}
