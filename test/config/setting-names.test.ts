/** What happens to a name that is no setting: refused where it is most likely a slip, left alone where it is another program's. */
import { describe, expect, it } from '@jest/globals';
import { readSettings } from '../../src/config/read-settings.ts';
import { RENAMED_SETTINGS, RENAMED_VALUES } from '../../src/config/renamed-settings.ts';
import { settingRows } from '../../src/config/settings.ts';

const enough = { META_APP_SECRET: 's', META_VERIFY_TOKEN: 't' };

function problemsOf(env: Readonly<Record<string, string>>): string[] {
  try {
    readSettings(env);
    return [];
  } catch (error) {
    return (error as Error).message.split('\n');
  }
}

const NAMES = settingRows().map(({ name }) => name as string);

describe('a renamed setting', () => {
  it.each(Object.entries(RENAMED_SETTINGS))('%s is refused and named by its new name, %s', (before, now) => {
    expect(NAMES).not.toContain(before);
    expect(NAMES).toContain(now);
    expect(problemsOf({ ...enough, [before]: 'x' })).toEqual([
      `${before} is now ${now}. Rename it; its value stays as it is.`,
    ]);
    expect(problemsOf({ ...enough, [`${before}_FILE`]: 'x' })).toEqual([
      `${before}_FILE is now ${now}_FILE. Rename it; its value stays as it is.`,
    ]);
  });

  it.each(
    Object.entries(RENAMED_VALUES).flatMap(([name, values]) =>
      Object.entries(values).map(([before, now]) => [name, before, now] as const),
    ),
  )('%s=%s is refused and named by its new value, %s', (name, before, now) => {
    expect(problemsOf({ ...enough, [name]: before })).toEqual([`${name}=${before} is now ${name}=${now}.`]);
    expect(problemsOf({ ...enough, WABA_IDS: '1', [name]: now })).toEqual([]);
  });
});

describe('a misspelt setting is refused:', () => {
  it.each([
    ['ACCESS_TOKEN', 'META_ACCESS_TOKEN'],
    ['API_TOKEN', 'API_TOKENS'],
    ['APP_SECRET', 'META_APP_SECRET'],
    ['APP_SECRET_FILE', 'META_APP_SECRET_FILE'],
    ['GRAPH_VERSION', 'META_GRAPH_VERSION'],
    ['INTERNAL_LISTENER_PORT', 'INTERNAL_PORT'],
    ['INTERNL_PORT', 'INTERNAL_PORT'],
    ['JOURNAL_MAX_SIZE', 'JOURNAL_MAX_BYTES'],
    ['JOURNAL_RETENTION', 'JOURNAL_RETENTION_HOURS'],
    ['JOURNAL_RETENTION_DAYS', 'JOURNAL_RETENTION_HOURS'],
    ['JOURNAL_SIZE', 'JOURNAL_MAX_BYTES'],
    ['KAFKA_BOOTSTRAP_SERVERS', 'KAFKA_BROKERS'],
    ['KAFKA_BROKER', 'KAFKA_BROKERS'],
    ['KAFKA_BROKERS_FILE', 'KAFKA_BROKERS'],
    ['KAFKA_COMPRESSION_TYPE', 'KAFKA_COMPRESSION'],
    ['KAFKA_SASL_USER', 'KAFKA_SASL_USERNAME'],
    ['KAFKA_SSL', 'KAFKA_TLS'],
    ['KAFKA_SSL_CA', 'KAFKA_TLS_CA'],
    ['KAFKA_TLS_CERTIFICATE', 'KAFKA_TLS_CERT'],
    ['KAFKA_TOPIC_PREFIX', 'TOPIC_PREFIX'],
    ['MAX_BODY', 'MAX_BODY_BYTES'],
    ['MAX_BODY_SIZE', 'MAX_BODY_BYTES'],
    ['MAX_CONNECTION', 'MAX_CONNECTIONS'],
    ['MAX_REQUESTS', 'MAX_IN_FLIGHT_REQUESTS'],
    ['MAX_SPOOL_BYTES', 'SPOOL_MAX_BYTES'],
    ['META_APP_SECERT_FILE', 'META_APP_SECRET_FILE'],
    ['META_VERIFICATION_TOKEN', 'META_VERIFY_TOKEN'],
    ['PUBLISH_FAMILY', 'PUBLISH_FAMILIES'],
    ['RETENTION_HOURS', 'JOURNAL_RETENTION_HOURS'],
    ['ROLE', 'ROLES'],
    ['SHUTDOWN_TIMEOUT', 'SHUTDOWN_TIMEOUT_MS'],
    ['SPOOL_BYTES', 'SPOOL_MAX_BYTES'],
    ['SPOOL_SIZE', 'SPOOL_MAX_BYTES'],
    ['TLS_CA', 'TLS_CLIENT_CA or KAFKA_TLS_CA'],
    ['TLS_CERTIFICATE', 'TLS_CERT'],
    ['TLS_CERTIFICATE_FILE', 'TLS_CERT_FILE'],
    ['TOPICS_PREFIX', 'TOPIC_PREFIX'],
    ['VERIFY_TOKEN', 'META_VERIFY_TOKEN'],
    ['WABA_ID', 'WABA_IDS'],
    ['WORKER', 'WORKERS'],
    ['WRITE_TIMEOUT', 'WRITE_TIMEOUT_MS'],
    ['WRITE_TIMEOUT_SECONDS', 'WRITE_TIMEOUT_MS'],
    ['meta_app_secret', 'META_APP_SECRET'],
  ])('%s for %s', (given, meant) => {
    expect(problemsOf({ [given]: 'x' })).toContain(
      `${given} is not a setting. Did you mean ${meant}? If another program reads ${given}, set ${meant} as well.`,
    );
  });

  it('every setting without its last letter, and longer ones with two letters swapped', () => {
    const slips = NAMES.filter((name) => name.length > 8).flatMap((name) => [
      name.slice(0, -1),
      ...(name.length >= 10 ? [`${name.slice(0, 5)}${name[6]}${name[5]}${name.slice(7)}`] : []),
    ]);
    const wrong = slips.filter((slip) => !NAMES.includes(slip) && !/_{2}|_$/.test(slip));
    expect(wrong.length).toBeGreaterThan(100);
    for (const slip of wrong) expect(problemsOf({ [slip]: 'x' }).join()).toContain(`${slip} is not a setting.`);
  });
});

describe('a name is left alone', () => {
  it('beside the setting it resembles, which may also come from a file', () => {
    expect(problemsOf({ ...enough, META_APP_SECRETS: 'x', APP_SECRET: 'x' })).toEqual([]);
    expect(problemsOf({ ...enough, META_ACCESS_TOKEN_FILE: '/dev/null', ACCESS_TOKEN: 'x' }).join()).not.toContain(
      'is not a setting',
    );
  });

  const OTHERS = `
    PATH HOME HOSTNAME LANG LC_ALL PWD SHELL SHLVL TERM TMPDIR TZ USER LOGNAME EDITOR PAGER LS_COLORS XDG_RUNTIME_DIR SSH_AUTH_SOCK
    HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy ALL_PROXY SSL_CERT_FILE SSL_CERT_DIR CURL_CA_BUNDLE REQUESTS_CA_BUNDLE
    NODE NODE_ENV NODE_OPTIONS NODE_PATH NODE_EXTRA_CA_CERTS NODE_TLS_REJECT_UNAUTHORIZED NODE_VERSION NO_COLOR FORCE_COLOR DEBUG CI
    INIT_CWD npm_command npm_config_cache npm_config_user_agent npm_lifecycle_event npm_package_json npm_package_name npm_node_execpath
    KUBERNETES_PORT_443_TCP KUBERNETES_SERVICE_HOST KUBERNETES_SERVICE_PORT KUBERNETES_SERVICE_PORT_HTTPS POD_NAME POD_IP NODE_NAME NAMESPACE
    KAFKA_HOME KAFKA_OPTS KAFKA_HEAP_OPTS KAFKA_LOG4J_OPTS KAFKA_JMX_PORT KAFKA_VERSION KAFKA_URL KAFKA_PREFIX KAFKA_TRUSTED_CERT
    KAFKA_CLIENT_CERT KAFKA_BROKER_ID KAFKA_LISTENERS KAFKA_ADVERTISED_LISTENERS KAFKA_LOG_DIRS KAFKA_NUM_PARTITIONS KAFKA_PROCESS_ROLES
    KAFKA_CONTROLLER_QUORUM_VOTERS KAFKA_DEFAULT_REPLICATION_FACTOR KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR KAFKA_AUTO_CREATE_TOPICS_ENABLE
    KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR KAFKA_LOG_RETENTION_HOURS KAFKA_MESSAGE_MAX_BYTES KAFKA_ZOOKEEPER_CONNECT CLUSTER_ID
    KAFKA_CFG_NODE_ID KAFKA_SASL_ENABLED_MECHANISMS KAFKA_SASL_MECHANISM_INTER_BROKER_PROTOCOL
    KAFKA_SERVICE_HOST KAFKA_SERVICE_PORT KAFKA_SERVICE_PORT_CLIENT KAFKA_PORT_9092_TCP KAFKA_PORT_9092_TCP_ADDR KAFKA_PORT_9092_TCP_PORT
    KAFKA_PORT_9092_TCP_PROTO KAFKA_BOOTSTRAP_SERVICE_HOST KAFKA_BROKERS_SERVICE_HOST
    JAVA_HOME JAVA_OPTS JAVA_TOOL_OPTIONS AWS_REGION AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_ROLE_ARN
    AWS_WEB_IDENTITY_TOKEN_FILE AWS_CONTAINER_CREDENTIALS_FULL_URI GOOGLE_APPLICATION_CREDENTIALS AZURE_CLIENT_ID AZURE_TENANT_ID
    AZURE_FEDERATED_TOKEN_FILE CLIENT_ID CLIENT_SECRET DATABASE_URL REDIS_URL REDIS_HOST POSTGRES_PASSWORD SECRET_KEY API_KEY API_URL
    BASE_URL APP_ENV APP_ID APP_KEY APP_NAME APP_PORT APP_URL APP_VERSION LOG_FORMAT LOG_FILE LOG_DIRECTORY LOG_FILE_PATH
    TLS_MIN_VERSION TLS_VERSION MAX_MEMORY_BYTES MAX_BYTES MAX_RETRIES MAX_OLD_SPACE_SIZE MALLOC_ARENA_MAX TIMEOUT_MS READ_TIMEOUT_MS
    CERT_FILE KEY_FILE WEB_CONCURRENCY DYNO PORTS HOSTS META_PIXEL_ID META_ADS_ACCOUNT_ID META_PAGE_TOKEN
    JOURNAL_STREAM INVOCATION_ID NOTIFY_SOCKET LISTEN_FDS CREDENTIALS_DIRECTORY STATE_DIRECTORY LOGS_DIRECTORY MEMORY_PRESSURE_WATCH
    OTEL_EXPORTER_OTLP_ENDPOINT OTEL_SERVICE_NAME OTEL_RESOURCE_ATTRIBUTES DAPR_HTTP_PORT GITHUB_TOKEN GITHUB_WORKSPACE RUNNER_TEMP
  `;

  it.each(OTHERS.trim().split(/\s+/))('%s', (name) => {
    expect(problemsOf({ ...enough, [name]: 'x' })).toEqual([]);
  });

  it.each(['KAFKA_PORT', 'META_APP_PORT', 'JOURNAL_PORT'])('%s with the address of a service', (name) => {
    expect(problemsOf({ ...enough, [name]: 'tcp://10.0.0.7:9092' })).toEqual([]);
  });
});
