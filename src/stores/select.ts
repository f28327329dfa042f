/**
 * Which store the settings mean, and the same choice for those who read. kafkajs is loaded where there is a Kafka: it takes
 * 10 MB.
 */
import { appsOf } from '../config/meta-apps.ts';
import type { StoreSettings } from '../config/settings.ts';
import type { Logger } from '../core/log.ts';
import { FAMILY_NAMES, type Family } from '../fields/families.ts';
import type { ReadBack, ReadRecords } from '../records/record.ts';
import { toRefusedRecordDeadLetters } from '../records/refused-record.ts';
import { planTopics, type TopicNaming, type TopicPlan, topicName } from '../records/topics.ts';
import { type JournalOptions, openJournal } from './journal/open-journal.ts';
import { readJournal } from './journal/read-journal.ts';
import type { KafkaConnection } from './kafka/connection.ts';
import { createMskTokenProvider } from './kafka/msk-token.ts';
import { createTokenProvider, type KafkaSasl, type KafkaTls } from './kafka/security.ts';
import type { KafkaStoreOptions } from './kafka/store.ts';
import type { OrderedWriter } from './ordered-writer.ts';
import { openSpool, type SpoolOptions } from './spool/open-spool.ts';
import type { Store, StoreMeter } from './store.ts';

/** Of the first Meta app, which is nearly always the only one. */
export function namingOf(settings: StoreSettings): TopicNaming {
  return namingsOf(settings)[0];
}

/** Each once: apps may share their topics. */
export function namingsOf(settings: StoreSettings): readonly [TopicNaming, ...TopicNaming[]] {
  const prefixes = new Set(appsOf(settings).map(({ topicPrefix }) => topicPrefix));
  return [...prefixes].map((prefix) => ({ prefix, names: settings.TOPIC_NAMES })) as [TopicNaming, ...TopicNaming[]];
}

/** The topics of all apps. */
export function topicPlansOf(settings: StoreSettings, families: readonly Family[]): readonly TopicPlan[] {
  const plans = namingsOf(settings).flatMap((naming) => planTopics(naming, families));
  return [...new Map(plans.map((plan) => [plan.name, plan])).values()];
}

/** The dead-letter topic of the app that a topic belongs to; a topic that TOPIC_NAMES gives to all is the first one's. */
function deadLetterTopicFinder(settings: StoreSettings): (topic: string) => string {
  const byTopic = new Map<string, string>();
  for (const naming of namingsOf(settings)) {
    const deadLetters = topicName(naming, 'dead-letter');
    for (const family of FAMILY_NAMES) {
      const topic = topicName(naming, family);
      if (!byTopic.has(topic)) byTopic.set(topic, deadLetters);
    }
  }
  const first = topicName(namingOf(settings), 'dead-letter');
  return (topic) => byTopic.get(topic) ?? first;
}

/** Whether this process may become the one that keeps the state of the phone numbers. */
export function keepsState(settings: StoreSettings): boolean {
  const { ROLES: roles, PUBLISH_FAMILIES: families } = settings;
  const readable = appsOf(settings).some(({ accessToken, accounts }) => accessToken !== null && accounts.length > 0);
  return readable && roles.includes('numbers') && families.includes(STATE_FAMILY);
}

const STATE_FAMILY: Family = 'phone-number-state';

/** Of those that are published, the ones that these settings bring events for: other topics are not asked for. */
function familiesWritten(settings: StoreSettings): readonly Family[] {
  const left = new Set<Family>(['raw', ...(keepsState(settings) ? [] : [STATE_FAMILY])]);
  const families = settings.PUBLISH_FAMILIES.filter((family) => !left.has(family));
  // A switch of its own: captures can be had beside any choice of events.
  return settings.CAPTURE ? [...families, 'raw'] : families;
}

/** Where events go, in words: for the ready line and for the demo. */
export function describeStore(settings: StoreSettings): string {
  if (settings.KAFKA_BROKERS === undefined) return `journal in ${settings.DATA_DIR}`;
  const kafka = `Kafka at ${settings.KAFKA_BROKERS.join(', ')}`;
  return settings.SPOOL ? `spool in ${settings.DATA_DIR}, from there ${kafka}` : kafka;
}

/**
 * @param settings asked again for what can change while the service runs: passwords and certificates from files
 * @param meter told of the store's writes
 * @throws HubcastError when the data folder cannot be used; a Kafka that is away is waited for
 */
export async function openStore(settings: () => StoreSettings, log: Logger, meter?: StoreMeter): Promise<Store> {
  const fixed = settings();
  if (fixed.KAFKA_BROKERS === undefined) return openJournal({ ...toJournalOptions(fixed, log), meter });
  if (fixed.SPOOL) return openSpool(toSpoolOptions(settings, fixed.KAFKA_BROKERS, log, meter));
  const { createKafkaStore } = await import('./kafka/store.ts');
  return createKafkaStore({ ...toKafkaOptions(settings, fixed.KAFKA_BROKERS, log), meter });
}

export function toJournalOptions(fixed: StoreSettings, log: Logger): JournalOptions {
  return {
    dataDir: fixed.DATA_DIR,
    retentionHours: fixed.JOURNAL_RETENTION_HOURS,
    maxBytes: fixed.JOURNAL_MAX_BYTES,
    writeTimeoutMs: fixed.WRITE_TIMEOUT_MS,
    maxRecords: fixed.MAX_IN_FLIGHT_EVENTS,
    maxRequests: fixed.MAX_IN_FLIGHT_REQUESTS,
    now: Date.now,
    monotonicMs,
    log,
  };
}

/** The rest is for what waits. */
const SPOOL_IDS_SHARE = 1 / 4;
/** Kept free in file and disk of a spool: for noting and removing what is in Kafka, in the log and out of it. */
const SPOOL_RESERVE_BYTES = 8 * 1024 * 1024;

export function toSpoolOptions(
  settings: () => StoreSettings,
  brokers: readonly string[],
  log: Logger,
  meter?: StoreMeter,
): SpoolOptions {
  const fixed = settings();
  return {
    openJournal: (onStored) =>
      openJournal({
        ...toJournalOptions(fixed, log),
        retentionHours: null,
        maxBytes: fixed.SPOOL_MAX_BYTES,
        maxIdBytes: fixed.SPOOL_MAX_BYTES * SPOOL_IDS_SHARE,
        boundedBy: 'SPOOL_MAX_BYTES',
        reserveBytes: SPOOL_RESERVE_BYTES,
        trim: true,
        onStored,
        meter,
      }),
    maxBytes: fixed.SPOOL_MAX_BYTES,
    openKafka: () => openOrderedWriter(settings, brokers, log, meter),
    drainTimeoutMs: fixed.SPOOL_DRAIN_TIMEOUT_MS,
    now: Date.now,
    log,
  };
}

/** Nobody waits for these writes, and each that is given up early may be stored twice. */
const FORWARD_TIMEOUT_MS = 10_000;

export async function openOrderedWriter(
  settings: () => StoreSettings,
  brokers: readonly string[],
  log: Logger,
  meter?: StoreMeter,
): Promise<OrderedWriter> {
  const { createOrderedKafkaWriter } = await import('./kafka/ordered-writer.ts');
  const writeTimeoutMs = Math.max(FORWARD_TIMEOUT_MS, settings().WRITE_TIMEOUT_MS);
  return createOrderedKafkaWriter({ ...toKafkaOptions(settings, brokers, log), writeTimeoutMs, meter });
}

export function toKafkaOptions(
  settings: () => StoreSettings,
  brokers: readonly string[],
  log: Logger,
): KafkaStoreOptions {
  const fixed = settings();
  const deadLetterTopicFor = deadLetterTopicFinder(fixed);
  return {
    ...connectionOf(settings),
    brokers,
    topics: topicPlansOf(fixed, familiesWritten(fixed)),
    deadLetterTopicFor,
    createTopics: fixed.KAFKA_CREATE_TOPICS,
    partitions: fixed.KAFKA_PARTITIONS,
    replicationFactor: fixed.KAFKA_REPLICATION_FACTOR,
    maxMessageBytes: 2 * fixed.MAX_BODY_BYTES,
    writeTimeoutMs: fixed.WRITE_TIMEOUT_MS,
    maxRecords: fixed.MAX_IN_FLIGHT_EVENTS,
    maxRequests: fixed.MAX_IN_FLIGHT_REQUESTS,
    compression: fixed.KAFKA_COMPRESSION,
    dedupeIds: fixed.KAFKA_DEDUPE_IDS,
    deadLetter: (refused, limitBytes) =>
      toRefusedRecordDeadLetters(refused, {
        topic: deadLetterTopicFor(refused.topic),
        limitBytes,
        reason: `Kafka refuses this record for topic ${refused.topic} for good.`,
      }),
    now: monotonicMs,
    log,
  };
}

/** Deadlines must not move with the wall clock. */
export const monotonicMs = () => performance.now();

export interface OpenReader {
  readonly read: ReadRecords;
  readonly readBack: ReadBack;
  /** Names of the topics there are. */
  readonly topics: () => Promise<readonly string[]>;
  readonly close: () => void;
}

/**
 * @param given asked again, where it can be, for what can change while somebody reads
 * @throws HubcastError `usage` when there is no journal to read
 */
export function openReader(given: StoreSettings | (() => StoreSettings), log: Logger): OpenReader {
  const settings = typeof given === 'function' ? given : () => given;
  const { KAFKA_BROKERS: brokers, DATA_DIR: dataDir } = settings();
  if (brokers === undefined) {
    const { read, readBack, topics, close } = readJournal(dataDir);
    return { read, readBack, topics: async () => topics(), close };
  }
  const connection = kafkaConnection(settings, brokers, log);
  const load = async () => {
    const { createKafkaReader } = await import('./kafka/reader.ts');
    return createKafkaReader({ ...connection, now: monotonicMs });
  };
  let reader: ReturnType<typeof load> | undefined;
  const loaded = () => {
    reader ??= load();
    return reader;
  };
  return {
    async *read(options) {
      yield* (await loaded()).read(options);
    },
    readBack: async (options) => (await loaded()).readBack(options),
    topics: async () => (await loaded()).listTopics(),
    close: () => undefined,
  };
}

export function kafkaConnection(
  settings: () => StoreSettings,
  brokers: readonly string[],
  log: Logger,
): KafkaConnection {
  return { ...connectionOf(settings), brokers, log };
}

const TOKEN_TIMEOUT_MS = 5_000;

function connectionOf(settings: () => StoreSettings) {
  const { KAFKA_CLIENT_ID: clientId, KAFKA_TLS, KAFKA_SASL_MECHANISM } = settings();
  return {
    clientId,
    ...(KAFKA_TLS ? { tls: () => tlsOf(settings()) } : {}),
    ...(KAFKA_SASL_MECHANISM === undefined ? {} : { sasl: saslOf(settings, KAFKA_SASL_MECHANISM) }),
  };
}

function tlsOf({ KAFKA_TLS_CA: ca, KAFKA_TLS_CERT: cert, KAFKA_TLS_KEY: key }: StoreSettings): KafkaTls {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

function saslOf(settings: () => StoreSettings, mechanism: KafkaSasl['mechanism'] | 'AWS_MSK_IAM'): () => KafkaSasl {
  if (mechanism === 'AWS_MSK_IAM') {
    const token = createMskTokenProvider(settings().KAFKA_SASL_AWS_REGION ?? '', Date.now);
    return () => ({ mechanism: 'OAUTHBEARER', token });
  }
  if (mechanism !== 'OAUTHBEARER') {
    return () => {
      const { KAFKA_SASL_USERNAME: username = '', KAFKA_SASL_PASSWORD: password = '' } = settings();
      return { mechanism, username, password };
    };
  }
  const fixed = settings();
  const tokenEndpointUrl = fixed.KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL;
  if (tokenEndpointUrl === undefined) {
    const token = async () => settings().KAFKA_SASL_OAUTHBEARER_TOKEN ?? '';
    return () => ({ mechanism, token });
  }
  const scope = fixed.KAFKA_SASL_OAUTHBEARER_SCOPE;
  const endpoint = {
    tokenEndpointUrl,
    clientId: fixed.KAFKA_SASL_OAUTHBEARER_CLIENT_ID ?? '',
    clientSecret: fixed.KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET ?? '',
    ...(scope === undefined ? {} : { scope }),
  };
  const token = createTokenProvider(endpoint, { fetch, now: Date.now, timeoutMs: TOKEN_TIMEOUT_MS });
  return () => ({ mechanism, token });
}
