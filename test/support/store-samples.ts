/** The samples of all fields in a real Kafka, written by a service of its own: for the tests of consumers. */
import { expect } from '@jest/globals';
import type { StoredRecord } from '../../src/records/record.ts';
import { allSamples } from '../../src/sdk/testing/samples.ts';
import { readDistinct } from '../stores/kafka/support.ts';
import { post } from './name-update.ts';
import { type RunningService, runCli, SECRET, startServe } from './run-cli.ts';

export interface StoredSamples {
  readonly service: RunningService;
  /** Each event once, a dead letter among them. */
  readonly records: readonly StoredRecord[];
}

export async function storeSamples(
  brokers: readonly string[],
  prefix: string,
  more: Readonly<Record<string, string>> = {},
): Promise<StoredSamples> {
  const env = { KAFKA_BROKERS: brokers.join(), TOPIC_PREFIX: prefix, KAFKA_PARTITIONS: '2', ...more };
  const service = await startServe(env);
  for (const payload of [...allSamples().map((sample) => sample.payload), 'not json']) {
    expect((await post(`${service.publicUrl}/webhook`, Buffer.from(payload), SECRET)).status).toBe(200);
  }
  const described = await runCli(['describe', 'topics', '--format', 'json'], { env });
  const topics = (JSON.parse(described.stdout) as { topic: string }[]).map(({ topic }) => topic);
  const records = await readDistinct(brokers, topics);
  expect(records.length).toBeGreaterThan(50);
  return { service, records };
}
