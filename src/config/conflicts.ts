/** Settings that are right one by one and wrong together. */
import { isIPv4 } from 'node:net';
import { appsOf } from './meta-apps.ts';
import type { StoreSettings } from './settings.ts';
import { findSharedTopics } from './topic-names.ts';

export function findConflicts(settings: StoreSettings): string[] {
  const problems = [
    ...findUnused(settings),
    ...findSaslGaps(settings),
    ...findRegistryProblems(settings),
    ...findTlsProblems(settings),
    ...findAppProblems(settings),
  ];
  if ((settings.KAFKA_TLS_CERT === undefined) !== (settings.KAFKA_TLS_KEY === undefined)) {
    problems.push('KAFKA_TLS_CERT and KAFKA_TLS_KEY belong together; one of them is missing.');
  }
  if (!isLoopback(settings.INTERNAL_HOST) && !settings.API_TOKENS) {
    problems.push(
      `INTERNAL_HOST=${settings.INTERNAL_HOST} is reachable from outside and needs API_TOKENS. Set them, or use 127.0.0.1.`,
    );
  }
  const appNames = appsOf(settings).map(({ name }) => name);
  for (const { name, app } of settings.API_TOKENS ?? []) {
    if (app === null || appNames.includes(app)) continue;
    problems.push(`API_TOKENS binds ${name} to the app "${app}"; the apps are ${appNames.join(', ')}.`);
  }
  if (settings.SPOOL && settings.KAFKA_BROKERS === undefined) {
    problems.push(
      'SPOOL=on needs KAFKA_BROKERS: what is in the spool goes to Kafka. Without Kafka the journal is used.',
    );
  }
  if (settings.MANAGEMENT && appsOf(settings).every(({ accessToken }) => accessToken === null)) {
    problems.push(
      'MANAGEMENT=on needs META_ACCESS_TOKEN (or an access_token in META_APPS): without it nothing can be managed.',
    );
  }
  if (settings.MANAGEMENT && !settings.PUBLISH_FAMILIES.includes('phone-numbers')) {
    problems.push('MANAGEMENT=on needs phone-numbers among PUBLISH_FAMILIES: its audit events go there.');
  }
  if (settings.MAX_IN_FLIGHT_BYTES < settings.MAX_BODY_BYTES) {
    problems.push('MAX_IN_FLIGHT_BYTES is below MAX_BODY_BYTES; a body of full size could never be taken.');
  }
  return problems;
}

function findTlsProblems(settings: StoreSettings): string[] {
  const { TLS_CERT, TLS_KEY, TLS_CLIENT_CA, TLS_CLIENT_HEADER, TRUSTED_PROXIES } = settings;
  const problems: string[] = [];
  if ((TLS_CERT === undefined) !== (TLS_KEY === undefined)) {
    problems.push('TLS_CERT and TLS_KEY belong together; one of them is missing.');
  }
  const given = Object.entries({ TLS_CLIENT_CA, TLS_CLIENT_HEADER, TRUSTED_PROXIES }).filter(([, value]) => value);
  if (settings.TLS_CLIENT_CERTIFICATES === 'off') {
    return [
      ...problems,
      ...given.map(([name]) => `${name} is set, but TLS_CLIENT_CERTIFICATES is off; it would not be used.`),
    ];
  }
  const byListener = TLS_CERT !== undefined && TLS_CLIENT_CA !== undefined;
  const byProxy = TLS_CLIENT_HEADER !== undefined && TRUSTED_PROXIES !== undefined;
  if (!byListener && !byProxy) {
    problems.push(
      'TLS_CLIENT_CERTIFICATES=require needs TLS_CERT and TLS_CLIENT_CA, or TLS_CLIENT_HEADER and TRUSTED_PROXIES; without them every request is refused.',
    );
  } else if (!byListener && TLS_CLIENT_CA !== undefined) {
    problems.push('TLS_CLIENT_CA is set, but not TLS_CERT; it would not be used.');
  } else if (!byProxy && (TLS_CLIENT_HEADER !== undefined || TRUSTED_PROXIES !== undefined)) {
    problems.push('TLS_CLIENT_HEADER and TRUSTED_PROXIES belong together; one of them is missing.');
  }
  return problems;
}

/** What META_APPS says for each app. */
const OF_ONE_APP = ['META_APP_SECRET', 'META_VERIFY_TOKEN', 'META_APP_ID', 'META_ACCESS_TOKEN', 'WABA_IDS'] as const;

function findAppProblems(settings: StoreSettings): string[] {
  const apps = appsOf(settings);
  const problems = [...new Set(apps.map(({ topicPrefix }) => topicPrefix))].flatMap((prefix) =>
    findSharedTopics(prefix, settings.TOPIC_NAMES),
  );
  if (settings.META_APPS !== undefined) {
    const both = OF_ONE_APP.filter((name) => settings[name] !== undefined);
    if (both.length > 0)
      problems.push(`META_APPS says what ${both.join(', ')} would say for one app; keep one of them.`);
  }
  if (settings.ACCEPT_ACCOUNTS !== 'all') {
    const without = apps.filter(({ accounts }) => accounts.length === 0).map(({ name }) => name);
    const where = settings.META_APPS === undefined ? 'WABA_IDS' : `accounts for ${without.join(', ')} in META_APPS`;
    if (without.length > 0) {
      problems.push(`ACCEPT_ACCOUNTS=${settings.ACCEPT_ACCOUNTS} needs ${where}; without them no account is ours.`);
    }
  }
  return problems;
}

/** A certificate or a password that is set but not used is refused: the operator believes it protects. */
function findUnused(settings: StoreSettings): string[] {
  const withoutBrokers = settings.KAFKA_BROKERS === undefined ? ['KAFKA_BROKERS'] : [];
  const withoutTls = settings.KAFKA_TLS ? [] : ['KAFKA_TLS=on'];
  const withoutMechanism = settings.KAFKA_SASL_MECHANISM === undefined ? ['KAFKA_SASL_MECHANISM'] : [];
  const withoutRegistry = settings.SCHEMA_REGISTRY_URL === undefined ? ['SCHEMA_REGISTRY_URL'] : [];
  const problems: string[] = [];
  for (const [name, value] of Object.entries(settings)) {
    if (!['KAFKA_TLS', 'KAFKA_SASL', 'SCHEMA_REGISTRY_'].some((start) => name.startsWith(start))) continue;
    if (value === undefined || value === false) continue;
    const isOfRegistry = name.startsWith('SCHEMA_REGISTRY_') && name !== 'SCHEMA_REGISTRY_URL';
    const missing = isOfRegistry ? [...withoutRegistry] : [...withoutBrokers];
    if (name.startsWith('KAFKA_TLS_')) missing.push(...withoutTls);
    if (name.startsWith('KAFKA_SASL_')) missing.push(...withoutMechanism);
    if (missing.length > 0) problems.push(`${name} is set, but not ${missing.join(' nor ')}; it would not be used.`);
  }
  return problems;
}

function findSaslGaps(settings: StoreSettings): string[] {
  const { KAFKA_SASL_MECHANISM: mechanism } = settings;
  if (mechanism === undefined) return [];
  if (mechanism === 'AWS_MSK_IAM') {
    const problems: string[] = [];
    if (settings.KAFKA_SASL_AWS_REGION === undefined) {
      problems.push("KAFKA_SASL_MECHANISM=AWS_MSK_IAM needs KAFKA_SASL_AWS_REGION, the cluster's region.");
    }
    if (!settings.KAFKA_TLS)
      problems.push('KAFKA_SASL_MECHANISM=AWS_MSK_IAM needs KAFKA_TLS=on: MSK takes IAM over TLS.');
    return problems;
  }
  if (mechanism !== 'OAUTHBEARER') {
    return settings.KAFKA_SASL_USERNAME && settings.KAFKA_SASL_PASSWORD
      ? []
      : [`KAFKA_SASL_MECHANISM=${mechanism} needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD.`];
  }
  const endpoint =
    settings.KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL &&
    settings.KAFKA_SASL_OAUTHBEARER_CLIENT_ID &&
    settings.KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET;
  return settings.KAFKA_SASL_OAUTHBEARER_TOKEN || endpoint
    ? []
    : [
        'KAFKA_SASL_MECHANISM=OAUTHBEARER needs KAFKA_SASL_OAUTHBEARER_TOKEN, or _TOKEN_ENDPOINT_URL with _CLIENT_ID and _CLIENT_SECRET.',
      ];
}

function findRegistryProblems(settings: StoreSettings): string[] {
  const {
    SCHEMA_REGISTRY_URL: url,
    SCHEMA_REGISTRY_USERNAME: username,
    SCHEMA_REGISTRY_PASSWORD: password,
    SCHEMA_REGISTRY_TOKEN: token,
    SCHEMA_REGISTRY_CA: ca,
  } = settings;
  if (url === undefined) {
    return settings.KAFKA_VALUE_FORMAT === 'registry'
      ? ['KAFKA_VALUE_FORMAT=registry needs SCHEMA_REGISTRY_URL, which gives the ids.']
      : [];
  }
  const problems: string[] = [];
  if ((username === undefined) !== (password === undefined)) {
    problems.push('SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD belong together; one of them is missing.');
  }
  if (token !== undefined && username !== undefined)
    problems.push('SCHEMA_REGISTRY_TOKEN and SCHEMA_REGISTRY_USERNAME are two ways to log in; keep one of them.');
  if (ca !== undefined && !url.startsWith('https:'))
    problems.push('SCHEMA_REGISTRY_CA is set, but SCHEMA_REGISTRY_URL is not https; it would not be used.');
  return problems;
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}
