/** Converts settings to the options of Kafka's writers and readers. */
import type { StoreSettings } from '../../config/settings.ts';
import { deadLetterTopicFinder, writtenTopicPlans } from '../../records/planned-topics.ts';
import { toRefusedRecordDeadLetters } from '../../records/refused-record.ts';
import type { StoreContext } from '../store-kind.ts';
import type { KafkaConnection } from './connection.ts';
import type { KafkaStoreOptions } from './kafka-store.ts';
import { createMskTokenProvider } from './msk-token.ts';
import { createTokenProvider, type KafkaSasl, type KafkaTls } from './security.ts';

/** Monotonic, because deadlines must not follow changes of the wall clock. */
const now = performance.now.bind(performance);

/** Adds the clock for deadlines that readers, the election and the checks need. */
export function toConnection({ settings, log }: StoreContext): KafkaConnection & { readonly now: () => number } {
  const fixed = settings();
  const { KAFKA_BROKERS: brokers = [], KAFKA_CLIENT_ID: clientId, KAFKA_TLS, KAFKA_SASL_MECHANISM } = fixed;
  return {
    brokers,
    clientId,
    clusterId: fixed.KAFKA_CLUSTER_ID,
    ...(KAFKA_TLS ? { tls: () => tlsOf(settings()) } : {}),
    ...(KAFKA_SASL_MECHANISM === undefined ? {} : { sasl: saslOf(settings, KAFKA_SASL_MECHANISM) }),
    now,
    log,
  };
}

export function toKafkaOptions(context: StoreContext): KafkaStoreOptions {
  const fixed = context.settings();
  const deadLetterTopicFor = deadLetterTopicFinder(fixed);
  return {
    ...toConnection(context),
    topics: writtenTopicPlans(fixed),
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
  };
}

function tlsOf({ KAFKA_TLS_CA: ca, KAFKA_TLS_CERT: cert, KAFKA_TLS_KEY: key }: StoreSettings): KafkaTls {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

const TOKEN_TIMEOUT_MS = 5_000;

function saslOf(settings: () => StoreSettings, mechanism: KafkaSasl['mechanism'] | 'AWS_MSK_IAM'): () => KafkaSasl {
  if (mechanism === 'AWS_MSK_IAM') {
    const token = createMskTokenProvider(settings().KAFKA_SASL_AWS_REGION ?? '', Date.now);
    return () => ({ mechanism: 'OAUTHBEARER', token });
  }
  if (mechanism === 'OAUTHBEARER') {
    const token = oauthTokenOf(settings);
    return () => ({ mechanism, token });
  }
  return () => {
    const { KAFKA_SASL_USERNAME: username = '', KAFKA_SASL_PASSWORD: password = '' } = settings();
    return { mechanism, username, password };
  };
}

function oauthTokenOf(settings: () => StoreSettings): () => Promise<string> {
  const fixed = settings();
  const tokenEndpointUrl = fixed.KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL;
  if (tokenEndpointUrl === undefined) return async () => settings().KAFKA_SASL_OAUTHBEARER_TOKEN ?? '';
  const scope = fixed.KAFKA_SASL_OAUTHBEARER_SCOPE;
  const endpoint = {
    tokenEndpointUrl,
    clientId: fixed.KAFKA_SASL_OAUTHBEARER_CLIENT_ID ?? '',
    clientSecret: fixed.KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET ?? '',
    ...(scope === undefined ? {} : { scope }),
  };
  return createTokenProvider(endpoint, { fetch, now: Date.now, timeoutMs: TOKEN_TIMEOUT_MS });
}
