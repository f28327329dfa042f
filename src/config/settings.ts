/**
 * The one table of settings. The typed configuration, `--help`, `describe settings`, the table of docs/settings.md and the chart's
 * schema all derive from it. Names are Meta's and Kafka's own.
 */
import { z } from 'zod';
import { FAMILY_NAMES, type Family } from '../fields/families.ts';
import { API_TOKENS_FORM, apiTokens } from './api-tokens.ts';
import { brokerList } from './brokers.ts';
import {
  list,
  oneOf,
  onOff,
  type SettingMeta,
  secretList,
  TEXT_VALUES,
  text,
  type ValueSchema,
  wholeNumber,
  wholeNumberOr,
} from './kinds.ts';
import { META_APPS_FORM, metaApps } from './meta-apps.ts';
import { networkList } from './networks.ts';
import { isFamily, TOPIC_NAME, topicNames } from './topic-names.ts';

const MIB = 1024 * 1024;
/** A longer timer would fire at once: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

function about<Schema extends z.ZodType>(schema: Schema, meta: SettingMeta): Schema {
  return schema.meta({ ...meta });
}

const meta = (description: string, extra: Omit<SettingMeta, 'about' | 'group'> = {}) => ({
  about: description,
  group: 'Meta',
  ...extra,
});
const listener = (description: string, extra: Omit<SettingMeta, 'about' | 'group'> = {}) => ({
  about: description,
  group: 'Listeners',
  ...extra,
});
const events = (description: string, extra: Omit<SettingMeta, 'about' | 'group'> = {}) => ({
  about: description,
  group: 'Events',
  ...extra,
});
const journal = (description: string) => ({ about: description, group: 'Journal' });
const kafka = (description: string, extra: Omit<SettingMeta, 'about' | 'group'> = {}) => ({
  about: description,
  group: 'Kafka',
  ...extra,
});
const operation = (description: string) => ({ about: description, group: 'Operation' });
const commandLine = (description: string, extra: Omit<SettingMeta, 'about' | 'group'> = {}) => ({
  about: description,
  group: 'Command line',
  ...extra,
});
const numbers = (description: string, extra: Omit<SettingMeta, 'about' | 'group'> = {}) => ({
  about: description,
  group: 'Phone numbers',
  ...extra,
});

export const ROLES = ['receive', 'numbers'] as const;
type Role = (typeof ROLES)[number];
const roleList = list()
  .refine((names) => names.every((name) => (ROLES as readonly string[]).includes(name)), `takes ${ROLES.join(', ')}`)
  .transform((names) => names as Role[]);

const familyList = list()
  .refine(
    (names) => names.every(isFamily),
    `names a family that does not exist; families are ${FAMILY_NAMES.join(', ')}`,
  )
  .transform((names) => names as Family[]);

export const settingsTable = z.object({
  META_APP_SECRET: about(
    secretList(),
    meta('App Secret of the Meta app (App settings > Basic); several between commas while it is rotated', {
      secret: true,
    }),
  ),
  META_VERIFY_TOKEN: about(
    text().refine((value) => value === value.trim(), 'begins or ends with white space'),
    meta('The verify token entered in the Meta app (WhatsApp > Configuration)', { secret: true }),
  ),
  META_APP_ID: about(
    text()
      .refine((value) => /^\d{1,20}$/.test(value), 'is not an id of digits')
      .optional(),
    meta('Id of the Meta app (App settings > Basic)'),
  ),
  META_APPS: about(
    metaApps().optional(),
    meta(
      'Several Meta apps, each on /webhook/<name>, in place of META_APP_SECRET, META_VERIFY_TOKEN, META_APP_ID, META_ACCESS_TOKEN and WABA_IDS',
      { secret: true, form: META_APPS_FORM },
    ),
  ),
  ACCEPT_ACCOUNTS: about(
    oneOf(['all', 'quarantine', 'drop']).default('all'),
    meta(
      'Events of accounts that are not in WABA_IDS (with META_APPS: in accounts of the app): all keeps them like others, quarantine sends them to the unknown topic, drop counts them. Events that name no account are kept',
    ),
  ),

  ROLES: about(
    roleList.default([...ROLES]),
    operation('receive takes webhooks; numbers answers look-ups, and needs META_ACCESS_TOKEN for it'),
  ),
  WORKERS: about(
    wholeNumberOr('auto', 1, 256).default(1),
    operation(
      'Processes that take webhooks behind the one port, where events go to Kafka: auto is one for each core. Limits of requests, events and connections are those of each',
    ),
  ),
  META_ACCESS_TOKEN: about(
    text()
      .refine((value) => !/\s/.test(value), 'contains white space')
      .optional(),
    numbers('Token of a system user with whatsapp_business_management; without it numbers cannot be looked up', {
      secret: true,
    }),
  ),
  WABA_IDS: about(
    list()
      .refine((ids) => ids.every((id) => /^\d{1,20}$/.test(id)), 'has something else than ids of digits')
      .optional(),
    numbers('The WhatsApp Business Accounts whose numbers are yours', { form: 'id, ...' }),
  ),
  META_GRAPH_URL: about(
    z
      .url({ protocol: /^https?$/, error: 'is not an http or https URL' })
      .transform((url) => url.replace(/\/+$/, ''))
      .default('https://graph.facebook.com'),
    numbers('Base URL of the Graph API'),
  ),
  META_GRAPH_VERSION: about(
    text()
      .refine((value) => /^v\d{1,3}\.\d$/.test(value), 'is not a version such as v26.0')
      .default('v26.0'),
    numbers('Version of the Graph API; the messaging limit needs v24.0 or newer'),
  ),
  META_GRAPH_TIMEOUT_MS: about(
    wholeNumber(100, 120_000).default(10_000),
    numbers('A Graph call without an answer by then has failed; reads are tried three times'),
  ),
  META_APPSECRET_PROOF: about(
    onOff(true),
    numbers(
      'Send appsecret_proof with each Graph call; off when META_APP_SECRET belongs to another app than the token',
    ),
  ),
  PHONE_NUMBERS_TTL_SECONDS: about(
    wholeNumber(10, 86_400).default(300),
    numbers('Older answers about numbers are read again when asked for; events and fresh=true do it sooner'),
  ),

  PHONE_NUMBERS_WATCH_SECONDS: about(
    wholeNumber(1, 86_400).default(300),
    numbers('How often the numbers of each account are looked at for changes; Meta counts each look as a read'),
  ),

  MANAGEMENT: about(
    onOff(false),
    numbers(
      'Register, deregister and change numbers, over HTTP with a token of the scope manage and by hubcast numbers; each operation leaves audit events',
    ),
  ),

  HOST: about(text().default('0.0.0.0'), listener('Address of the public listener, which only Meta has to reach')),
  PORT: about(wholeNumber(0, 65_535).default(8080), listener('Port of the public listener; 0 takes a free one')),
  TLS_CERT: about(
    text().optional(),
    listener(
      'PEM of the certificate of the public listener, and those between it and its authority. Without it a proxy must end TLS',
      { file: true },
    ),
  ),
  TLS_KEY: about(text().optional(), listener('PEM of its key', { secret: true })),
  TLS_CLIENT_CERTIFICATES: about(
    oneOf(['off', 'require']).default('off'),
    listener("require: only senders with Meta's client certificate (mutual TLS, to be switched on for the Meta app)"),
  ),
  TLS_CLIENT_CA: about(
    text().optional(),
    listener("PEM of the authority of client certificates: Meta's outbound one, and no public one", { file: true }),
  ),
  TLS_CLIENT_NAME: about(
    text().default('client.webhooks.fbclientcerts.com'),
    listener('The common name, or a DNS name, that the client certificate must have'),
  ),
  TLS_CLIENT_HEADER: about(
    text()
      .refine((value) => /^[A-Za-z0-9-]+$/.test(value), 'is not the name of a header')
      .optional(),
    listener(
      'Header in which a proxy of TRUSTED_PROXIES passes on the subject of a client certificate it verified, and which it removes from what senders send',
    ),
  ),
  TRUSTED_PROXIES: about(
    networkList().optional(),
    listener('Proxies whose TLS_CLIENT_HEADER is believed', { form: 'address or network, ...' }),
  ),
  INTERNAL_HOST: about(
    text().default('127.0.0.1'),
    listener('Address of the internal listener; needs API_TOKENS when it is not loopback'),
  ),
  INTERNAL_PORT: about(
    wholeNumber(0, 65_535).default(8081),
    listener('Port of the internal listener; 0 takes a free one'),
  ),
  API_TOKENS: about(
    apiTokens().optional(),
    listener('Who may use the internal listener, and for what', { secret: true, form: API_TOKENS_FORM }),
  ),
  MAX_BODY_BYTES: about(
    wholeNumber(1024, 64 * MIB).default(3 * MIB),
    listener('Larger request bodies get 413; Meta sends up to 3 MB'),
  ),
  MAX_IN_FLIGHT_BYTES: about(
    wholeNumber(MIB).default(64 * MIB),
    listener('Bytes of request bodies under way at once; beyond it 503'),
  ),
  MAX_IN_FLIGHT_REQUESTS: about(
    wholeNumber(1).default(500),
    listener('POSTs that arrive or wait for the store at once; beyond it 503, before they are read'),
  ),
  MAX_IN_FLIGHT_EVENTS: about(
    wholeNumber(1).default(20_000),
    listener('Events that wait for the store at once; beyond it 503. One request alone may have more'),
  ),
  MAX_QUEUE_MS: about(
    wholeNumber(10, 60_000).default(2_000),
    listener('While a request waits longer than this for the store, new ones get 503 before they are read'),
  ),
  MAX_CONNECTIONS: about(
    wholeNumber(10).default(10_000),
    listener('Open connections of a listener; beyond it idle ones are closed, else the new one'),
  ),
  HEADERS_TIMEOUT_MS: about(
    wholeNumber(100, LONGEST_TIMER_MS).default(10_000),
    listener('A request whose headers take longer is cut'),
  ),
  REQUEST_TIMEOUT_MS: about(
    wholeNumber(100, LONGEST_TIMER_MS).default(30_000),
    listener('A request that takes longer to arrive is cut'),
  ),
  KEEP_ALIVE_TIMEOUT_MS: about(
    wholeNumber(0, LONGEST_TIMER_MS).default(65_000),
    listener('Idle connections are closed after this; longer than the balancer in front'),
  ),

  TOPIC_PREFIX: about(
    text()
      .refine((value) => TOPIC_NAME.test(value), 'is not a valid beginning of a topic name')
      .default('whatsapp'),
    events('Topics are <prefix>.<family>'),
  ),
  TOPIC_NAMES: about(topicNames().default({}), events('Names for single families', { form: 'family=topic, ...' })),
  PUBLISH_FAMILIES: about(
    familyList.default([...FAMILY_NAMES]),
    events('Families that are kept; events of others are counted and dropped. Dead letters are always kept'),
  ),
  CAPTURE: about(
    onOff(false),
    events('Keep each verified request as it came, bodies with personal data, in the topic raw, for capture export'),
  ),
  KEY_PSEUDONYM_SECRET: about(
    text()
      .refine((value) => value.length >= 16, 'has fewer than 16 characters')
      .optional(),
    events(
      "Puts an HMAC in place of people's ids in record keys, subjects and headers; values keep them. Keys change with it: set it before the first event, and never another",
      { secret: true },
    ),
  ),
  WRITE_TIMEOUT_MS: about(
    wholeNumber(100, 60_000).default(4_000),
    events('A store that has not confirmed by then: 503, and Meta sends again'),
  ),

  DATA_DIR: about(
    text().default('data'),
    journal('Folder of the embedded journal, and of the spool; not used with KAFKA_BROKERS alone'),
  ),
  JOURNAL_RETENTION_HOURS: about(
    wholeNumber(1).default(168),
    journal('Records older than this are removed from the journal'),
  ),
  JOURNAL_MAX_BYTES: about(
    wholeNumber(4 * MIB).default(10 * 1024 * MIB),
    journal('Size of the journal at which requests get 503; nothing is removed to make room'),
  ),
  SPOOL: about(
    onOff(false),
    journal(
      'With KAFKA_BROKERS: events are durable in DATA_DIR first and go to Kafka from there, so that an outage of Kafka costs no 503',
    ),
  ),
  SPOOL_MAX_BYTES: about(
    wholeNumber(16 * MIB).default(10 * 1024 * MIB),
    journal('Size of the spool at which requests get 503; no event is removed to make room'),
  ),
  SPOOL_DRAIN_TIMEOUT_MS: about(
    wholeNumber(0, 600_000).default(10_000),
    journal('After SIGTERM: time to forward what is in the spool; the rest stays for the next start'),
  ),

  KAFKA_BROKERS: about(
    brokerList().optional(),
    kafka('Bootstrap brokers; with them events go to Kafka, without them to the journal', { form: 'host:port, ...' }),
  ),
  KAFKA_CLUSTER_ID: about(
    text().optional(),
    kafka('cluster.id that the brokers must have; "hubcast doctor" says when they answer for another cluster'),
  ),
  KAFKA_CLIENT_ID: about(text().default('hubcast'), kafka('client.id')),
  KAFKA_CREATE_TOPICS: about(onOff(true), kafka('Create missing topics at the start; existing ones are never altered')),
  KAFKA_PARTITIONS: about(wholeNumber(1, 10_000).default(6), kafka('Partitions of topics created here')),
  KAFKA_REPLICATION_FACTOR: about(
    wholeNumber(-1, 100).default(-1),
    kafka("Replicas of topics created here; -1 takes the broker's default"),
  ),
  KAFKA_COMPRESSION: about(
    oneOf(['none', 'gzip', 'zstd']).default('none'),
    kafka('compression.type: none, gzip or zstd'),
  ),
  KAFKA_DEDUPE_IDS: about(
    wholeNumber(0, 10_000_000).default(100_000),
    kafka('Ids of stored events kept in memory, so that a repeated delivery is not stored twice'),
  ),
  KAFKA_TLS: about(onOff(false), kafka('Connect with TLS')),
  KAFKA_TLS_CA: about(
    text().optional(),
    kafka("PEM of the brokers' certificate authority, when it is not a public one", { file: true }),
  ),
  KAFKA_TLS_CERT: about(text().optional(), kafka('PEM of the client certificate, for mutual TLS', { file: true })),
  KAFKA_TLS_KEY: about(text().optional(), kafka('PEM of its key', { secret: true })),
  KAFKA_SASL_MECHANISM: about(
    oneOf(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER', 'AWS_MSK_IAM']).optional(),
    kafka('sasl.mechanism: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER, or AWS_MSK_IAM with AWS credentials'),
  ),
  KAFKA_SASL_AWS_REGION: about(
    text()
      .refine((value) => /^[a-z]{2}(-[a-z]+)+-\d$/.test(value), 'is not a region such as eu-west-1')
      .optional(),
    kafka('Region of the MSK cluster, for AWS_MSK_IAM'),
  ),
  KAFKA_SASL_USERNAME: about(text().optional(), kafka('User name for PLAIN and SCRAM')),
  KAFKA_SASL_PASSWORD: about(text().optional(), kafka('Password for PLAIN and SCRAM', { secret: true })),
  KAFKA_SASL_OAUTHBEARER_TOKEN: about(
    text().optional(),
    kafka('A token for OAUTHBEARER, when it does not come from an endpoint', { secret: true }),
  ),
  KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: about(
    text().optional(),
    kafka('sasl.oauthbearer.token.endpoint.url (client credentials)'),
  ),
  KAFKA_SASL_OAUTHBEARER_CLIENT_ID: about(text().optional(), kafka('Client id for the token endpoint')),
  KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET: about(
    text().optional(),
    kafka('Client secret for the token endpoint', { secret: true }),
  ),
  KAFKA_SASL_OAUTHBEARER_SCOPE: about(text().optional(), kafka('Scope asked of the token endpoint')),

  HUBCAST_URL: about(
    z
      .url({ protocol: /^https?$/, error: 'is not an http or https URL' })
      .transform((url) => url.replace(/\/+$/, ''))
      .optional(),
    commandLine(
      'Internal listener of a running service, through which hubcast numbers manages; else Meta is asked from here',
    ),
  ),
  HUBCAST_TOKEN: about(
    text()
      .refine((value) => !/\s/.test(value), 'contains white space')
      .optional(),
    commandLine('Token of API_TOKENS for HUBCAST_URL, with the scope manage', { secret: true }),
  ),

  LOG_LEVEL: about(
    oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    operation('fatal, error, warn, info, debug, trace or silent'),
  ),
  SHUTDOWN_DELAY_MS: about(
    wholeNumber(0, 600_000).default(0),
    operation('After SIGTERM: time for balancers to notice before connections are refused'),
  ),
  SHUTDOWN_TIMEOUT_MS: about(
    wholeNumber(0, 600_000).default(30_000),
    operation('After SIGTERM: time for requests under way before the process ends'),
  ),
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
