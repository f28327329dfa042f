/**
 * A misspelt setting would be ignored in silence: KAFKA_BROKER, and the events go to a local file. The environment also holds
 * the variables of other programs, so a name is refused only where it resembles a setting that is not set.
 */
import { distance } from 'fastest-levenshtein';
import { isRenamed } from './renamed-settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @param env names and values given
 * @param accepted every name that is read
 * @returns one sentence for each name that is most likely a slip
 */
export function findTypos(env: Environment, accepted: readonly string[]): string[] {
  const known = new Set(accepted);
  return Object.entries(env).flatMap(([given, value]) => {
    if (value === undefined || known.has(given) || isRenamed(given) || isOfOthers(given, value)) return [];
    const meant = meantBy(given, accepted);
    const others = { ...env, [given]: undefined };
    if (meant.length === 0 || meant.some((name) => isSet(name, others))) return [];
    const names = meant.join(' or ');
    return [
      `${given} is not a setting. Did you mean ${names}? If another program reads ${given}, set ${names} as well.`,
    ];
  });
}

function isSet(name: string, env: Environment): boolean {
  const base = name.replace(/_FILE$/, '');
  return env[base] !== undefined || env[`${base}_FILE`] !== undefined;
}

/** Names that resemble a setting and are well known as something else. */
const OF_OTHERS: ReadonlySet<string> = new Set([
  // systemd sets it for services that log to its journal: systemd.exec(5).
  'JOURNAL_STREAM',
  // Dapr sets it for the process beside its sidecar.
  'APP_ID',
  // The AWS SDKs read it.
  'AWS_REGION',
  // Ids of OAuth clients and of clusters of any kind.
  'CLIENT_ID',
  'CLUSTER_ID',
  // What Kafka's images turn into a broker's properties.
  'KAFKA_BROKER_ID',
  'KAFKA_DEFAULT_REPLICATION_FACTOR',
  'KAFKA_NUM_PARTITIONS',
  'KAFKA_SASL_ENABLED_MECHANISMS',
  // Django's.
  'SECRET_KEY',
]);

/** What Kubernetes sets for each service, here one named "kafka": KAFKA_SERVICE_HOST, KAFKA_PORT=tcp://..., KAFKA_PORT_9092_TCP_ADDR. */
const SERVICE_LINK = /_SERVICE_(HOST|PORT(_.*)?)$|_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/;
const SERVICE_URL = /^(tcp|udp|sctp):\/\//;

function isOfOthers(given: string, value: string): boolean {
  return OF_OTHERS.has(given) || SERVICE_LINK.test(given) || (given.endsWith('_PORT') && SERVICE_URL.test(value));
}

/** Shorter names are too near to those of other programs to compare their letters. */
const SHORTEST_COMPARED = 8;
const LONG = 10;

/** @returns the settings that a name resembles most; empty when it is no slip */
function meantBy(given: string, accepted: readonly string[]): readonly string[] {
  const upper = given.toUpperCase();
  if (given !== upper) return upper.includes('_') && accepted.includes(upper) ? [upper] : [];
  const fileless = given.replace(/_FILE$/, '');
  if (accepted.includes(fileless)) return [fileless];
  if (given.length >= SHORTEST_COMPARED) {
    const slips = given.length >= LONG ? 2 : 1;
    const near = accepted.find((name) => name.length >= SHORTEST_COMPARED && distance(name, given) <= slips);
    if (near !== undefined) return [near];
  }
  return nearestInWords(wordsOf(given), accepted);
}

/** Words that other clients of Kafka have for ours. */
function wordsOf(name: string): readonly string[] {
  return name
    .replace(/^KAFKA_BOOTSTRAP(_.*)?$/, 'KAFKA_BROKERS')
    .replace(/^KAFKA_SSL(?=_|$)/, 'KAFKA_TLS')
    .split('_');
}

interface Likeness {
  readonly name: string;
  /** Dice coefficient of the two lists of words: 1 for the same words in any order. */
  readonly score: number;
  readonly shared: number;
}

function nearestInWords(given: readonly string[], accepted: readonly string[]): readonly string[] {
  const alike = accepted.flatMap((name) => likeness(given, name) ?? []);
  const best = Math.max(...alike.map(({ score }) => score));
  const nearest = alike.filter(({ score }) => score === best);
  // TIMEOUT_MS or MAX_BYTES would be like many of ours, so it is like none.
  return nearest.length <= 2 || nearest.every(({ shared }) => shared > 2) ? nearest.map(({ name }) => name) : [];
}

const LEAST_SCORE_CONTAINED = 0.65;
const LEAST_SCORE = 0.75;

function likeness(given: readonly string[], name: string): Likeness | null {
  const words = name.split('_');
  if (given.length === 1 || words.length === 1) {
    const same = given.length === words.length && !EVERYBODYS.has(name) && stem(given[0]) === stem(words[0]);
    return same ? { name, score: 1, shared: 1 } : null;
  }
  const left = [...words];
  let shared = 0;
  let telling = 0;
  for (const word of given) {
    const at = left.findIndex((other) => areAlike(word, other));
    if (at === -1) continue;
    left.splice(at, 1);
    shared += 1;
    if (word !== 'FILE') telling += 1;
  }
  const score = (2 * shared) / (given.length + words.length);
  // APP_SECRET lacks a word of META_APP_SECRET; KAFKA_TOPIC_PREFIX has one more than TOPIC_PREFIX.
  const more = given.length - shared;
  if (telling < 2 || (left.length === 0 && more > 1)) return null;
  const contained = left.length === 0 || more === 0;
  return score >= (contained ? LEAST_SCORE_CONTAINED : LEAST_SCORE) ? { name, score, shared } : null;
}

const EVERYBODYS: ReadonlySet<string> = new Set(['HOST', 'PORT']);
const TIMES = /^(MS|MILLIS|S|SECS?|SECONDS?|MINS?|MINUTES?|HOURS?|DAYS?)$/;
const SIZES = /^(SIZE|BYTES?|[KMG]I?B)$/;

function areAlike(one: string, other: string): boolean {
  if (stem(one) === stem(other) || [TIMES, SIZES].some((unit) => unit.test(one) && unit.test(other))) return true;
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  // CERT and CERTIFICATE; VERIFY and VERIFICATION; one wrong letter.
  if (short.length >= 4 && long.startsWith(short)) return true;
  return short.length >= 5 && (long.startsWith(short.slice(0, 5)) || distance(one, other) === 1);
}

function stem(word = ''): string {
  return word.replace(/IES$/, 'Y').replace(/(?<=..)S$/, '');
}
