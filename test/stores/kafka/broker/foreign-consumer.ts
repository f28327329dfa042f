// Reads a topic with a Kafka client that is not kafkajs and shares no code with it: librdkafka, else Kafka's own Java client.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureJars, JAVA_OPTIONS, javaCommand, whyNoJars } from './jars.ts';
import { runWithInput } from './run-with-input.ts';

const run = promisify(execFile);

export interface ForeignRecord {
  readonly partition: number;
  readonly offset: number;
  /** Milliseconds since 1970. */
  readonly timestampMs: number;
  readonly key: string | null;
  /** As they came, in order and with repetitions. */
  readonly headers: readonly (readonly [name: string, value: string | null])[];
  readonly payload: string | null;
}

/** One line of `kcat -J`; foreign-consumer.py writes the same. */
interface KcatRecord {
  readonly partition: number;
  readonly offset: number;
  readonly ts: number;
  readonly key: string | null;
  readonly payload: string | null;
  readonly headers?: readonly (string | null)[];
}

/**
 * Every record of the topic up to its present end, ordered by partition and offset.
 *
 * @param settings of librdkafka, such as `security.protocol`
 * @returns null, and a line on stderr, where there is neither kcat, nor the Python client, nor Java with the jars
 */
export async function foreignConsumer(
  brokers: readonly string[],
  topic: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<ForeignRecord[] | null> {
  const pairs = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  foreignReader ??= findReader();
  const reader = await foreignReader;
  if (reader === null) {
    process.stderr.write(
      'SKIPPED: no foreign consumer reads what was written. Install kcat, confluent-kafka for Python, or Java 17 and Maven.\n',
    );
    return null;
  }
  const output = await reader(brokers.join(','), topic, pairs);
  const records = output.split('\n').filter(Boolean).map(toRecord);
  return records.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
}

type Reader = (brokers: string, topic: string, settings: readonly string[]) => Promise<string>;
let foreignReader: Promise<Reader | null> | undefined;

async function findReader(): Promise<Reader | null> {
  const answers = (command: string, arguments_: string[]) =>
    run(command, arguments_).then(
      () => true,
      () => false,
    );
  if (await answers('kcat', ['-V'])) return withKcat;
  if (await answers('python3', ['-c', 'import confluent_kafka'])) return withPython;
  if ((await whyNoJars()) === null) return withJava;
  return null;
}

export const withKcat: Reader = (brokers, topic, settings) => {
  const all = ['check.crcs=true', ...settings].flatMap((setting) => ['-X', setting]);
  return runWithInput('kcat', ['-C', '-J', '-q', '-e', '-o', 'beginning', '-b', brokers, '-t', topic, ...all], '');
};

export const withPython: Reader = (brokers, topic, settings) =>
  runWithInput('python3', [join(import.meta.dirname, 'foreign-consumer.py'), brokers, topic, ...settings], '');

export const withJava: Reader = async (brokers, topic, settings) => {
  await ensureJars();
  const source = join(import.meta.dirname, 'ForeignConsumer.java');
  const quiet = '-Dorg.slf4j.simpleLogger.defaultLogLevel=error';
  const output = await runWithInput(javaCommand(), [quiet, ...JAVA_OPTIONS, source, brokers, topic, ...settings], '');
  const textOf = (word = '-') => (word === '-' ? null : Buffer.from(word.slice(1, -1), 'base64').toString());
  const lines = output.split('\n').filter(Boolean);
  return lines
    .map((line) => {
      const [partition, offset, ts, key, payload, ...headers] = line.split(' ');
      const numbers = { partition: Number(partition), offset: Number(offset), ts: Number(ts) };
      return JSON.stringify({ ...numbers, key: textOf(key), payload: textOf(payload), headers: headers.map(textOf) });
    })
    .join('\n');
};

function toRecord(line: string): ForeignRecord {
  const { partition, offset, ts, key, payload, headers = [] } = JSON.parse(line) as KcatRecord;
  const pairs = Array.from({ length: headers.length / 2 }, (_, index) => {
    return [headers[2 * index] ?? '', headers[2 * index + 1] ?? null] as const;
  });
  return { partition, offset, timestampMs: ts, key, headers: pairs, payload };
}
