/** A misspelt setting would be ignored in silence: KAFKA_BROKER, and the events go to a local file. */
import { closest, distance } from 'fastest-levenshtein';

/** Shorter names, HOST and PORT among them, are too near to those of everybody else. */
const SHORTEST_JUDGED = 8;
/** Names that begin so are compared less strictly; what resembles none of ours belongs to another program. */
const OURS = ['META_', 'JOURNAL_', 'KAFKA_BOOTSTRAP'];
/** What Kubernetes tells every container of a service named "kafka" or "journal". */
const SERVICE_LINK = /_SERVICE_HOST$|_SERVICE_PORT(_|$)|_PORT(_|$)/;
/** systemd tells it every service that logs to the journal (systemd.exec(5)). */
const OF_OTHERS: readonly string[] = ['JOURNAL_STREAM'];
const UNIT = /_(MS|S|SECONDS|MINUTES|HOURS|DAYS|BYTES|MB|MIB)$/;

/**
 * @param env names and values given; a name beside the setting it resembles is somebody else's
 * @param accepted every name that is read
 */
export function findTypos(env: Readonly<Record<string, string | undefined>>, accepted: readonly string[]): string[] {
  const known = new Set(accepted);
  return Object.keys(env).flatMap((given) => {
    if (known.has(given) || !isJudged(given)) return [];
    const meant = meantBy(given, accepted);
    if (meant === undefined || env[meant] !== undefined) return [];
    return [`${given} is not a setting. Did you mean ${meant}?`];
  });
}

function isJudged(given: string): boolean {
  return (
    given.length >= SHORTEST_JUDGED &&
    given === given.toUpperCase() &&
    !SERVICE_LINK.test(given) &&
    !OF_OTHERS.includes(given)
  );
}

function meantBy(given: string, accepted: readonly string[]): string | undefined {
  if (given.startsWith('KAFKA_BOOTSTRAP')) return 'KAFKA_BROKERS';
  const near = accepted.find((name) => name.length >= SHORTEST_JUDGED && distance(name, given) <= 2);
  if (near !== undefined) return near;
  const fileless = given.replace(/_FILE$/, '');
  if (accepted.includes(fileless)) return fileless;
  // WRITE_TIMEOUT, or WRITE_TIMEOUT_SECONDS, for WRITE_TIMEOUT_MS; KAFKA_SASL_USER.
  const base = given.replace(UNIT, '');
  const begun = base.includes('_') ? accepted.find((name) => name.startsWith(base)) : undefined;
  if (begun !== undefined) return begun;
  const start = OURS.find((one) => given.startsWith(one));
  const family = accepted.filter((name) => start !== undefined && name.startsWith(start));
  const nearest = family.length === 0 ? undefined : closest(given, family);
  return nearest !== undefined && distance(nearest, given) <= given.length / 3 ? nearest : undefined;
}
