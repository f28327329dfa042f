/** Applies the differences that a comparison of topics found: creates topics, sets configs, and adds partitions while no record has a key. */
import type { TopicDifference } from '../../records/compare-topics.ts';
import type { TopicPlan } from '../../records/topic-plans.ts';
import type { TopicOutcome } from '../topic-admin.ts';
import type { KafkaConnection } from './connection.ts';
import { createTopics, type TopicSettings } from './ensure-topics.ts';
import { describeKafkaError } from './errors.ts';
import { INSPECT_LIMITS, withWire } from './inspect.ts';
import { kafkaError, type Wire } from './wire.ts';

/** Set on the topic itself, in place of the broker's default. */
const OF_TOPIC = 1;

export async function alterTopics(
  connection: KafkaConnection,
  differences: readonly TopicDifference[],
  settings: TopicSettings,
): Promise<readonly TopicOutcome[]> {
  return withWire(connection, async (wire) => {
    // Finds the controller.
    await wire.metadata([...settings.plans.keys()]);
    const outcomes: TopicOutcome[] = [];
    outcomes.push(...(await createMissing(wire, differences, settings)));
    for (const [topic, ofTopic] of Map.groupBy(differences, (one) => one.topic)) {
      const altered = ofTopic.filter(({ action }) => action === 'alter');
      for (const { about, should } of altered.filter((one) => one.about === 'partitions')) {
        const problem = await addPartitions(wire, topic, Number(should));
        outcomes.push({ topic, about, problem });
      }
      const configs = altered.filter((one) => one.about !== 'partitions');
      if (configs.length === 0) continue;
      const problem = await setConfigs(wire, topic, new Map(configs.map(({ about, should }) => [about, should])));
      outcomes.push(...configs.map(({ about }) => ({ topic, about, problem })));
    }
    return outcomes;
  });
}

async function createMissing(
  wire: Wire,
  differences: readonly TopicDifference[],
  settings: TopicSettings,
): Promise<readonly TopicOutcome[]> {
  const missing = differences.filter(({ action }) => action === 'create').map(({ topic }) => topic);
  const plans = missing.flatMap((name): TopicPlan[] => {
    const plan = settings.plans.get(name);
    return plan === undefined ? [] : [plan];
  });
  if (plans.length === 0) return [];
  const failed = await createTopics(wire, plans, settings, INSPECT_LIMITS.requestTimeoutMs);
  const problems = new Map(failed.map(({ name, problem }) => [name, problem ?? null]));
  return plans.map(({ name }) => ({ topic: name, about: 'topic', problem: problems.get(name) ?? null }));
}

async function addPartitions(wire: Wire, topic: string, count: number): Promise<string | null> {
  const { topicErrors } = await wire.createPartitions([{ topic, count }], INSPECT_LIMITS.requestTimeoutMs);
  return problemIn(topicErrors);
}

/** AlterConfigs replaces all settings of a topic, so the request repeats the settings that hubcast does not manage. */
async function setConfigs(wire: Wire, topic: string, wanted: ReadonlyMap<string, string>): Promise<string | null> {
  const { resources } = await wire.describeTopics([topic], null);
  const [described] = resources;
  if (described === undefined || described.errorCode !== 0) {
    return described === undefined
      ? 'the broker says nothing of it'
      : describeKafkaError(kafkaError(described.errorCode));
  }
  const kept = described.configEntries.filter(
    ({ configName, configSource, configValue }) =>
      configSource === OF_TOPIC && configValue !== null && !wanted.has(configName),
  );
  const entries = [
    ...kept.map(({ configName, configValue }) => ({ name: configName, value: configValue })),
    ...[...wanted].map(([name, value]) => ({ name, value })),
  ];
  const answer = await wire.alterTopics([{ name: topic, configEntries: entries }]);
  return problemIn(answer.resources);
}

function problemIn(
  answers: readonly { readonly errorCode: number; readonly errorMessage?: string | null }[],
): string | null {
  const failed = answers.find(({ errorCode }) => errorCode !== 0);
  if (failed === undefined) return null;
  return `${failed.errorMessage ?? ''} (${describeKafkaError(kafkaError(failed.errorCode))})`.trim();
}
