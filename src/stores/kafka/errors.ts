/** Maps errors of kafkajs to retry decisions, by Kafka's error type or by the error's name. */
import { HubcastError, isHubcastError, messageOf } from '../../core/errors.ts';
import { hintFor } from './hints.ts';

/**
 * - `refused`: the broker will never take this record; it becomes dead letters.
 * - `settings`: an operator must change a setting; the answer is 503 at once, with the diagnosis.
 * - `passing`: the next attempt, over a new connection, may succeed.
 */
export type RetryDecision = 'refused' | 'settings' | 'passing';

const RETRY_DECISIONS = new Map<unknown, RetryDecision>(
  Object.entries({
    // The batch exceeds max.message.bytes. Batches are split by size, so one record is too large alone.
    MESSAGE_TOO_LARGE: 'refused',
    // The batch exceeds segment.bytes.
    RECORD_LIST_TOO_LARGE: 'refused',
    // The broker's check of the record failed: for example no key in a compacted topic.
    INVALID_RECORD: 'refused',
    // Outside message.timestamp.before.max.ms or after.max.ms.
    INVALID_TIMESTAMP: 'refused',
    TOPIC_AUTHORIZATION_FAILED: 'settings',
    CLUSTER_AUTHORIZATION_FAILED: 'settings',
    SASL_AUTHENTICATION_FAILED: 'settings',
    UNSUPPORTED_SASL_MECHANISM: 'settings',
    ILLEGAL_SASL_STATE: 'settings',
    SECURITY_DISABLED: 'settings',
    INVALID_TOPIC_EXCEPTION: 'settings',
    INVALID_PARTITIONS: 'settings',
    INVALID_REPLICATION_FACTOR: 'settings',
    INVALID_CONFIG: 'settings',
    INVALID_REQUIRED_ACKS: 'settings',
    POLICY_VIOLATION: 'settings',
    UNSUPPORTED_VERSION: 'settings',
    UNSUPPORTED_FOR_MESSAGE_FORMAT: 'settings',
    UNSUPPORTED_COMPRESSION_TYPE: 'settings',
    // kafkajs' own names for errors before authentication is complete.
    KafkaJSSASLAuthenticationError: 'settings',
    KafkaJSServerDoesNotSupportApiKey: 'settings',
  }),
);

interface KafkaError {
  readonly name?: unknown;
  readonly type?: unknown;
  /** The error code of Node or OpenSSL. */
  readonly code?: unknown;
  readonly cause?: unknown;
  readonly broker?: unknown;
}

/** kafkajs wraps an error into others on its way up. Outermost first. */
function* causesOf(error: unknown): Generator<KafkaError> {
  let at = error;
  for (let depth = 0; depth < 5 && typeof at === 'object' && at !== null; depth += 1) {
    yield at as KafkaError;
    at = (at as KafkaError).cause;
  }
}

/** Kafka's name of the error, for example `MESSAGE_TOO_LARGE`; undefined where the broker did not answer. */
export function kafkaErrorType(error: unknown): string | undefined {
  for (const { type } of causesOf(error)) if (typeof type === 'string') return type;
  return undefined;
}

export function retryDecisionFor(error: unknown): RetryDecision {
  for (const { type, name } of causesOf(error)) {
    const retryDecision = RETRY_DECISIONS.get(type) ?? RETRY_DECISIONS.get(name);
    if (retryDecision !== undefined) return retryDecision;
  }
  return 'passing';
}

function fixOf(error: unknown): string | undefined {
  for (const { type, code, name } of causesOf(error)) {
    const fix = hintFor(type) ?? hintFor(code) ?? hintFor(name);
    if (fix !== undefined) return fix;
  }
  return undefined;
}

/** Describes the error with Kafka's name and the broker, if known, and adds a hint if there is one. */
export function describeKafkaError(error: unknown): string {
  const type = kafkaErrorType(error);
  let broker: unknown;
  for (const cause of causesOf(error)) broker ??= cause.broker;
  let text = messageOf(error);
  if (type !== undefined && !text.includes(type)) text = `${type}: ${text}`;
  if (typeof broker === 'string' && !text.includes(broker)) text += ` (broker ${broker})`;
  const fix = fixOf(error);
  return fix === undefined || text.includes(fix) ? text : `${text.replace(/\.$/, '')}. ${fix}`;
}

export function storeUnavailable(what: string, cause?: unknown): HubcastError {
  if (isHubcastError(cause)) return cause;
  if (cause === undefined) return new HubcastError('store_unavailable', what);
  return new HubcastError('store_unavailable', `${what}: ${describeKafkaError(cause)}`, { cause });
}
