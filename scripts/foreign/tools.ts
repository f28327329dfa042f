/**
 * The tools of other ecosystems that our tests run. Each has a folder of its own, `.cache/foreign/<name>`. A new tool is
 * one entry of TOOLS.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How a tool gets into its folder, and where it is then. */
export interface ForeignTool {
  /** A sentence: what our tests do with it. */
  readonly purpose: string;
  readonly by: 'npm' | 'pip' | 'go' | 'go-module' | 'maven' | 'archive';
  /** In the words of the installer; of Maven `group:artifact:version`, of an archive with type and classifier. */
  readonly packages: readonly string[];
}

/**
 * `path` of foreignTool() is:
 * - npm: the folder that holds `node_modules`
 * - pip: the folder of a virtual environment, with `bin/python`
 * - go: the folder that holds `bin/<command>`
 * - maven: the folder that holds `jars/*.jar`, dependencies included
 * - go-module: the folder of a module, with `go.mod` and `go.sum`
 * - archive: the folder with what the archive of Maven Central holds
 */
export const TOOLS: Readonly<Record<string, ForeignTool>> = {
  jest: {
    by: 'npm',
    packages: ['jest@30', '@types/jest@30', 'ts-jest@29', 'typescript@5.9'],
    purpose: "Runs a consumer's tests with jest in its default settings, in ESM mode and with ts-jest.",
  },
  vitest: { by: 'npm', packages: ['vitest@4'], purpose: "Runs a consumer's tests with vitest." },
  nodes: {
    by: 'npm',
    packages: ['node-20@npm:node@20', 'node-22@npm:node@22'],
    purpose: 'The older Nodes of the kit.',
  },
  attw: {
    by: 'npm',
    packages: ['@arethetypeswrong/cli@0.18', 'esbuild@0.25'],
    purpose: 'Checks the published types for every moduleResolution; measures the bundle.',
  },
  'check-jsonschema': {
    by: 'pip',
    packages: ['check-jsonschema'],
    purpose: 'Checks the schemas, and golden events against them.',
  },
  'datamodel-code-generator': {
    by: 'pip',
    packages: ['datamodel-code-generator', 'pydantic'],
    purpose: 'Makes Python classes of the schemas, which read every golden event.',
  },
  'json-schema-to-typescript': {
    by: 'npm',
    packages: ['json-schema-to-typescript'],
    purpose: 'Makes TypeScript of the schemas, against which every golden event is type-checked.',
  },
  quicktype: {
    by: 'npm',
    packages: ['quicktype'],
    purpose: 'Makes Go, Java, Kotlin, C# and Rust of the schemas.',
  },
  'openapi-python-client': {
    by: 'pip',
    packages: ['openapi-python-client', 'ruff'],
    purpose: 'Generates a Python client of the OpenAPI document.',
  },
  // oapi-codegen does not read OpenAPI 3.1.
  'openapi-generator': {
    by: 'maven',
    packages: ['org.openapitools:openapi-generator-cli:7.17.0'],
    purpose: 'Generates a Go client of the OpenAPI document.',
  },
  'cloudevents-js': { by: 'npm', packages: ['cloudevents'], purpose: 'The CloudEvents SDK of JavaScript.' },
  // Version 2 has another API.
  'cloudevents-python': { by: 'pip', packages: ['cloudevents<2'], purpose: 'The CloudEvents SDK of Python.' },
  'cloudevents-go': {
    by: 'go-module',
    packages: [
      'github.com/cloudevents/sdk-go/v2@v2.16.2',
      'github.com/cloudevents/sdk-go/protocol/kafka_sarama/v2@v2.16.2',
    ],
    purpose: 'The CloudEvents SDK of Go.',
  },
  'cloudevents-java': {
    by: 'maven',
    packages: [
      'io.cloudevents:cloudevents-kafka:4.0.1',
      'io.cloudevents:cloudevents-json-jackson:4.0.1',
      'org.apache.kafka:kafka-clients:4.3.0',
    ],
    purpose: 'The CloudEvents SDK of Java.',
  },
  networknt: {
    by: 'maven',
    packages: ['com.networknt:json-schema-validator:2.0.8', 'org.slf4j:slf4j-nop:2.0.17'],
    purpose: 'Checks golden events against the schemas, in Java.',
  },
  modelina: { by: 'npm', packages: ['@asyncapi/modelina'], purpose: 'Makes TypeScript models of the schemas.' },
  'asyncapi-cli': { by: 'npm', packages: ['@asyncapi/cli'], purpose: 'Validates the AsyncAPI documents.' },
  pg: { by: 'npm', packages: ['pg@8'], purpose: 'PostgreSQL for examples/postgres-once in TypeScript.' },
  psycopg: {
    by: 'pip',
    packages: ['confluent-kafka', 'psycopg[binary]'],
    purpose: 'Kafka and PostgreSQL for examples/postgres-once in Python.',
  },
  pgx: {
    by: 'go-module',
    packages: ['github.com/twmb/franz-go', 'github.com/jackc/pgx/v5'],
    purpose: 'Kafka and PostgreSQL for examples/postgres-once in Go.',
  },
  pgjdbc: {
    by: 'maven',
    packages: [
      'org.apache.kafka:kafka-clients:4.3.0',
      'org.postgresql:postgresql:42.7.7',
      'com.fasterxml.jackson.core:jackson-databind:2.19.2',
      'org.slf4j:slf4j-nop:2.0.17',
    ],
    purpose: 'Kafka and PostgreSQL for examples/postgres-once in Java.',
  },
  'kafka-connect': {
    by: 'maven',
    packages: [
      'org.apache.kafka:connect-runtime:4.3.0',
      'org.apache.kafka:connect-transforms:4.3.0',
      'org.apache.kafka:connect-file:4.3.0',
      'org.slf4j:slf4j-nop:1.7.36',
    ],
    purpose: 'Kafka Connect for examples/connect-postgres.',
  },
  'debezium-jdbc': {
    by: 'archive',
    packages: ['io.debezium:debezium-connector-jdbc:3.2.0.Final:tar.gz:plugin'],
    purpose: "Debezium's JDBC sink for examples/connect-postgres.",
  },
  'kafka-streams': {
    by: 'maven',
    packages: [
      'org.apache.kafka:kafka-streams:4.3.0',
      'com.fasterxml.jackson.core:jackson-databind:2.19.2',
      'org.slf4j:slf4j-nop:2.0.17',
    ],
    purpose: 'Kafka Streams for examples/streams-number-state.',
  },
  // Version 3.3 needs Java 21.
  'apicurio-registry': {
    by: 'archive',
    packages: ['io.apicurio:apicurio-registry-app:2.6.13.Final:tar.gz:all'],
    purpose: 'A schema registry, in memory, for KAFKA_VALUE_FORMAT=registry.',
  },
  'apicurio-serde': {
    by: 'maven',
    packages: [
      'io.apicurio:apicurio-registry-serdes-jsonschema-serde:2.6.13.Final',
      'org.apache.kafka:kafka-clients:4.3.0',
    ],
    purpose: "Reads values with the ids of the registry by Apicurio's Java deserialiser.",
  },
  'confluent-kafka': {
    by: 'pip',
    packages: ['confluent-kafka[json,schemaregistry]'],
    purpose: "Reads values with the ids of the registry by Confluent's Python deserialiser.",
  },
};

export const FOREIGN_FOLDER = join(import.meta.dirname, '..', '..', '.cache', 'foreign');

/** Written last: a folder without it is an installation that did not finish. It holds what was asked for. */
export const STAMP = '.installed';

export function installedPath(name: string): string | undefined {
  const tool = TOOLS[name];
  if (tool === undefined) {
    throw new Error(`No foreign tool is named "${name}". Known: ${Object.keys(TOOLS).join(', ')}.`);
  }
  const folder = join(FOREIGN_FOLDER, name);
  const stamp = join(folder, STAMP);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === stampOf(tool) ? folder : undefined;
}

export function stampOf({ packages }: ForeignTool): string {
  return JSON.stringify(packages);
}
