/** Settings of the Kafka cluster and of the connection to it. Names follow Kafka's own. */
import { brokerList } from '../brokers.ts';
import { httpUrl, oneOf, onOff, setting, settingGroup, text, wholeNumber } from '../kinds.ts';

export const kafkaSettings = settingGroup('Kafka', {
  KAFKA_BROKERS: setting(
    brokerList().optional(),
    'Bootstrap brokers; with them events go to Kafka, without them to the journal',
    { form: 'host:port, ...' },
  ),
  KAFKA_CLUSTER_ID: setting(
    text().optional(),
    'cluster.id that the brokers must have. hubcast does not write to another cluster. "hubcast doctor" shows the id',
  ),
  KAFKA_CLIENT_ID: setting(text().default('hubcast'), 'client.id'),
  KAFKA_CREATE_TOPICS: setting(onOff(true), 'Create missing topics at the start. hubcast never alters existing ones'),
  KAFKA_PARTITIONS: setting(wholeNumber(1, 10_000).default(6), 'Partitions of the topics that hubcast creates'),
  KAFKA_REPLICATION_FACTOR: setting(
    wholeNumber(-1, 100).default(-1),
    "Replicas of the topics that hubcast creates; -1 takes the broker's default",
  ),
  KAFKA_COMPRESSION: setting(oneOf(['none', 'gzip', 'zstd']).default('none'), 'compression.type: none, gzip or zstd'),
  KAFKA_DEDUPE_IDS: setting(
    wholeNumber(0, 10_000_000).default(100_000),
    'Number of ids of stored events kept in memory, so that hubcast does not store a repeated delivery twice',
  ),
  KAFKA_VALUE_FORMAT: setting(
    oneOf(['json', 'registry']).default('json'),
    "json, or registry: the id of the value's schema in front of the JSON, for deserialisers of Confluent and Apicurio",
  ),
  SCHEMA_REGISTRY_URL: setting(
    httpUrl().optional(),
    'Schema registry in which the schemas are registered at the start. For Apicurio it ends with /apis/ccompat/v7',
  ),
  SCHEMA_REGISTRY_USERNAME: setting(text().optional(), 'User name for the schema registry'),
  SCHEMA_REGISTRY_PASSWORD: setting(text().optional(), 'Password for the schema registry', { secret: true }),
  SCHEMA_REGISTRY_TOKEN: setting(text().optional(), 'Bearer token for the schema registry', { secret: true }),
  SCHEMA_REGISTRY_CA: setting(
    text().optional(),
    "PEM of the schema registry's certificate authority, when it is not a public one",
    { file: true },
  ),
  KAFKA_TLS: setting(onOff(false), 'Connect with TLS'),
  KAFKA_TLS_CA: setting(text().optional(), "PEM of the brokers' certificate authority, when it is not a public one", {
    file: true,
  }),
  KAFKA_TLS_CERT: setting(text().optional(), 'PEM of the client certificate, for mutual TLS', { file: true }),
  KAFKA_TLS_KEY: setting(text().optional(), 'PEM of the private key of KAFKA_TLS_CERT', { secret: true }),
  KAFKA_SASL_MECHANISM: setting(
    oneOf(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER', 'AWS_MSK_IAM']).optional(),
    'sasl.mechanism: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER, or AWS_MSK_IAM with AWS credentials',
  ),
  KAFKA_SASL_AWS_REGION: setting(
    text()
      .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'is not a region such as eu-west-1')
      .optional(),
    'Region of the MSK cluster, for AWS_MSK_IAM',
  ),
  KAFKA_SASL_USERNAME: setting(text().optional(), 'User name for PLAIN and SCRAM'),
  KAFKA_SASL_PASSWORD: setting(text().optional(), 'Password for PLAIN and SCRAM', { secret: true }),
  KAFKA_SASL_OAUTHBEARER_TOKEN: setting(
    text().optional(),
    'A token for OAUTHBEARER, when it does not come from an endpoint',
    { secret: true },
  ),
  KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: setting(
    text().optional(),
    'sasl.oauthbearer.token.endpoint.url (client credentials)',
  ),
  KAFKA_SASL_OAUTHBEARER_CLIENT_ID: setting(text().optional(), 'Client id for the token endpoint'),
  KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET: setting(text().optional(), 'Client secret for the token endpoint', {
    secret: true,
  }),
  KAFKA_SASL_OAUTHBEARER_SCOPE: setting(text().optional(), 'Scope to request from the token endpoint'),
});
