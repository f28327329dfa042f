/** Each setting that a message, a comment or a page names is in the table: a rename leaves no old mention behind. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readSources } from '../../scripts/fence.ts';
import { RENAMED_SETTINGS } from '../../src/config/renamed-settings.ts';
import { settingRows } from '../../src/config/settings.ts';
import { ROOT } from '../support/documents.ts';

/** Names that look like settings of hubcast and are not. */
const FOREIGN: Readonly<Record<string, string>> = {
  API_TOKEN: 'one token, as a variable of compose.yaml and of shells in examples',
  APP_ID: 'a variable of shells in examples',
  ACCESS_DENIED: 'an alert of TLS',
  ACCESS_TOKEN: 'an example of docs/settings.md',
  AWS_ACCESS_KEY_ID: 'read by the AWS SDK',
  BASE_IMAGE: 'argument of the Dockerfile',
  POWER_CUTS: 'how many cuts a test tries',
  DESCRIBE_CONFIGS: "an operation of Kafka's ACLs",
  HANDSHAKE_FAILURE: 'an alert of TLS',
  KAFKA_BROKER: 'an example of docs/settings.md',
  KAFKA_PORT: 'an example of docs/settings.md',
  MALLOC_ARENA_MAX: 'read by glibc',
  MAX_BODY_SIZE: 'an example of docs/settings.md',
  NEW_NUMBER: 'a variable of shells in examples',
  NO_COLOR: 'read by programs that colour their output',
  NODE_ENV: 'read by Express',
  NODE_IMAGE: 'argument of the Dockerfile',
  NODE_OPTIONS: 'read by Node',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'read by OpenTelemetry',
  OTEL_SERVICE_NAME: 'read by OpenTelemetry',
  REVISION: 'argument of the Dockerfile',
  SO_REUSEPORT: 'an option of sockets',
  UNKNOWN_CA: 'an alert of TLS',
  UPDATE_GOLDEN: 'read by the golden test',
  VERSION: 'argument of the Dockerfile',
};
/** Grafana's settings, and those of the broker in compose.yaml. */
const OF_COMPOSE =
  /^(GF_|KAFKA_(ADVERTISED|CONTROLLER|GROUP|LISTENER|LISTENERS|LOG|NODE|OFFSETS|PROCESS|TRANSACTION)(_|$))/;

const NAMES = settingRows().flatMap(({ name }) => [name as string, `${name}_FILE`]);
const known = new Set(NAMES);

/** NAMES_LIKE_THIS, and WORD= alone; KAFKA_SASL_* stands for all that begin so. */
const MENTION = /(?<![\w$.<{-])(?:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?![\w(])|[A-Z]{4,}(?==[\w.])|[A-Z][A-Z0-9_]*_(?=\*))/g;

function mentionsIn(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(MENTION)].map(([name]) => name));
}

function isKnown(mention: string): boolean {
  if (mention.endsWith('_')) return NAMES.some((name) => name.startsWith(mention));
  return known.has(mention) || FOREIGN[mention] !== undefined;
}

/** Constants, and values of Meta, Kafka and Node, which are whole literals or names of members. */
function codeNames(sources: Iterable<string>): ReadonlySet<string> {
  const names = [...sources].flatMap((text) => [
    ...text.matchAll(/\b(?:const|let|type|interface) ([A-Z][A-Z0-9_]+)\b/g),
    ...text.matchAll(/'([A-Z][A-Z0-9_]+)'/g),
    ...text.matchAll(/^\s+([A-Z][A-Z0-9_]+):/gm),
  ]);
  return new Set(names.map(([, name = '']) => name));
}

const OLD_NAMES = 'config/renamed-settings.ts';
const SOURCES = readSources(join(ROOT, 'src'));
const CODE_NAMES = codeNames(
  [...SOURCES].map(([path, text]) => (path === OLD_NAMES ? 'const RENAMED_SETTINGS, const RENAMED_VALUES' : text)),
);

/** The changelog says what was there. */
const PAGES = ['README.md', 'SECURITY.md', 'compose.yaml', 'Dockerfile', ...['docs', 'helm'].flatMap(filesIn)];

function filesIn(folder: string): string[] {
  const files = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true });
  return files
    .filter(
      (file) =>
        file.isFile() && !file.parentPath.includes('node_modules') && /\.(md|ya?ml|tpl|txt|json)$/i.test(file.name),
    )
    .map(({ parentPath, name }) => join(parentPath, name).slice(ROOT.length + 1));
}

const CURE = 'is no setting. Correct it, or give it a line in FOREIGN of test/config/setting-mentions.test.ts';

function strangersIn(text: string): string[] {
  return [...mentionsIn(text)].filter((name) => !isKnown(name) && !CODE_NAMES.has(name));
}

describe('settings are named as in the table', () => {
  it.each(PAGES)('in %s', (path) => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    const strangers = strangersIn(text).filter((name) => path !== 'compose.yaml' || !OF_COMPOSE.test(name));
    expect(strangers.map((name) => `${name} ${CURE}`)).toEqual([]);
  });

  it('in code, comments and messages of src', () => {
    const strangers = [...SOURCES]
      .filter(([path]) => path !== OLD_NAMES && path !== 'config/typos.ts')
      .flatMap(([path, text]) => strangersIn(text).map((name) => `${path}: ${name} ${CURE}`));
    expect(strangers).toEqual([]);
  });

  it('and an old or invented name is found', () => {
    const old = Object.keys(RENAMED_SETTINGS);
    const text = `Set ${old.join(', ')} or KAFKA_LINGER_MS, CAPTUR=on, KAFKA_SSAL_*, KAFKA_SASL_* and WORKERS=2.`;
    expect(strangersIn(text)).toEqual([...old, 'KAFKA_LINGER_MS', 'CAPTUR', 'KAFKA_SSAL_']);
  });

  it('and each foreign name is still mentioned', () => {
    const texts = [...SOURCES.values(), ...PAGES.map((path) => readFileSync(join(ROOT, path), 'utf8'))];
    const mentioned = new Set(texts.flatMap((text) => [...mentionsIn(text)]));
    expect(Object.keys(FOREIGN).filter((name) => !mentioned.has(name))).toEqual([]);
  });
});
