import { Kafka, logLevel } from 'kafkajs';
import { FORM_VARIABLE, type KafkaForm, kafkaForm, whyNone } from '../../test/stores/kafka/broker/form.ts';
import { whyNoJars } from '../../test/stores/kafka/broker/jars.ts';
import { startBroker } from '../../test/stores/kafka/broker/start.ts';

/** The Kafka of the run: the operator's (KAFKA_BROKERS), else a single broker started for it. */
export type BenchKafka =
  | {
      readonly there: true;
      /** For the report: whose broker it is, and whether it was kept off the server's core. */
      readonly about: string;
      readonly settings: Readonly<Record<string, string>>;
      /** Removes what the run left there; resolves to a line when something had to stay. */
      readonly close: () => Promise<string | undefined>;
    }
  | { readonly there: false; readonly reason: string };

export async function findKafka(topicPrefix: string): Promise<BenchKafka> {
  const { KAFKA_BROKERS } = process.env;
  if (KAFKA_BROKERS) {
    const kafkaSettings = Object.entries(process.env).filter(([name]) => name.startsWith('KAFKA_'));
    return {
      there: true,
      about: `KAFKA_BROKERS (${KAFKA_BROKERS}), where it runs is not ours to say`,
      settings: { ...(Object.fromEntries(kafkaSettings) as Record<string, string>), TOPIC_PREFIX: topicPrefix },
      close: () => removeTopics(KAFKA_BROKERS.split(','), topicPrefix),
    };
  }
  // A broker of jars can be kept off the server's core; where a container runs is its engine's affair.
  if ((await whyNoJars()) === null) process.env[FORM_VARIABLE] ??= 'jars' satisfies KafkaForm;
  const form = await kafkaForm();
  const reason = whyNone(form);
  if (reason !== null) return { there: false, reason: `${reason} Or set KAFKA_BROKERS.` };
  // The test broker runs on the first compiler alone to start quickly; only this variable overrules its command line.
  process.env._JAVA_OPTIONS = '-XX:TieredStopAtLevel=4';
  const broker = await startBroker({ heapMb: 1024 }).finally(() => {
    delete process.env._JAVA_OPTIONS;
  });
  const where = form === 'jars' ? 'on the cores of the load generator' : 'in a container, not pinned by us';
  return {
    there: true,
    about: `one broker of the run's own, ${where}`,
    settings: { KAFKA_BROKERS: broker.brokers.join(','), TOPIC_PREFIX: topicPrefix },
    close: async () => {
      await broker.close();
      return undefined;
    },
  };
}

async function removeTopics(brokers: string[], prefix: string): Promise<string | undefined> {
  const kafka = new Kafka({ brokers, clientId: 'hubcast-bench', logLevel: logLevel.NOTHING, retry: { retries: 1 } });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(`${prefix}-`));
    if (topics.length > 0) await admin.deleteTopics({ topics });
    return undefined;
  } catch (error) {
    return `The topics ${prefix}-* could not be removed (${(error as Error).message}); delete them by hand.`;
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
