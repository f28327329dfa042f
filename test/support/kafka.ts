// How a suite gets a Kafka. Without one it is skipped, which global-teardown.ts says loudly; with CI=true it fails.
import { appendFileSync } from 'node:fs';
import { beforeAll, describe, it } from '@jest/globals';
import { whyNone } from '../stores/kafka/broker/form.ts';
import { howToGetKafka, readKafkaEnvironment } from './kafka-environment.ts';

/** The first start may have to fetch 45 MB of jars or an image. */
const START_TIMEOUT_MS = 300_000;

export interface SharedKafka {
  /** `host:port` each; known once the suite's own `beforeAll` runs. */
  readonly brokers: string[];
}

/**
 * A suite on the run's one shared broker: use topics of your own and leave the broker in peace. The broker starts when
 * the first such suite begins.
 */
export function describeKafka(name: string, body: (kafka: SharedKafka) => void): void {
  const { given, form } = readKafkaEnvironment();
  if (given === null && whyNone(form) !== null) {
    describeWithout(name);
    return;
  }
  let brokers: string[] | undefined;
  describe(name, () => {
    beforeAll(async () => {
      brokers = await sharedBrokers();
    }, START_TIMEOUT_MS);
    body({
      get brokers() {
        if (!brokers) throw new Error('The broker starts in beforeAll. Read kafka.brokers in a hook or a test.');
        return brokers;
      },
    });
  });
}

/** A suite that starts brokers of its own (test/stores/kafka/broker/start.ts), in order to break them. KAFKA_BROKERS is no help to it. */
export function describeOwnKafka(name: string, body: () => void): void {
  const { form } = readKafkaEnvironment();
  if (whyNone(form) !== null) {
    describeWithout(name);
    return;
  }
  describe(name, body);
}

function describeWithout(name: string): void {
  const environment = readKafkaEnvironment();
  if (process.env.CI === 'true') {
    describe(name, () => {
      it('has a Kafka', () => {
        throw new Error(`${howToGetKafka(environment)} With CI=true a missing Kafka is a failure.`);
      });
    });
    return;
  }
  appendFileSync(environment.skippedFile, `${name}\n`);
  describe.skip(name, () => {
    it('needs a Kafka', () => undefined);
  });
}

/** The run's shared brokers: KAFKA_BROKERS, else one that is started now, unless it was before. */
export async function sharedBrokers(): Promise<string[]> {
  const { given, holderUrl } = readKafkaEnvironment();
  if (given !== null) return given;
  const answer = await fetch(holderUrl);
  if (!answer.ok) throw new Error(await answer.text());
  const { brokers } = (await answer.json()) as { brokers: string[] };
  return brokers;
}
