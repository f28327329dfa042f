import { Command } from 'commander';
import { readStoreSettings } from '../config/read-settings.ts';
import { HubcastError } from '../core/errors.ts';
import { createLog } from '../core/log.ts';
import type { TopicDifference } from '../records/compare-topics.ts';
import { storeOf } from '../stores/select.ts';
import type { TopicAdmin, WantedTopic } from '../stores/topic-admin.ts';
import { paint, print } from './output.ts';
import { visible } from './visible.ts';

interface Options {
  readonly json?: boolean;
  readonly strimzi?: boolean;
  readonly cluster: string;
}

export function topicsCommand(): Command {
  const topics = new Command('topics')
    .description('the Kafka topics that hubcast needs, and how the existing ones differ')
    .exitOverride()
    .addHelpText(
      'after',
      `
Examples:
  KAFKA_BROKERS=kafka:9092 hubcast topics plan
  KAFKA_BROKERS=kafka:9092 KAFKA_PARTITIONS=12 hubcast topics apply
  KAFKA_BROKERS=kafka:9092 hubcast topics plan --strimzi --cluster events | kubectl apply -f -`,
    );
  topics
    .command('plan')
    .description('show what differs and what apply would do, without changes')
    .option('--strimzi', 'print the topics as KafkaTopic resources of Strimzi instead, without calling a broker')
    .option('--cluster <name>', 'name of the Kafka resource, for --strimzi', 'my-cluster')
    .option('--json', 'print JSON (always, when the output is not a terminal)')
    .addHelpText(
      'after',
      `
Exit code 0 when apply would do nothing, 3 when it would, 1 when something differs that must not be changed.

Examples:
  hubcast topics plan --json | jq .differences`,
    )
    .action(plan);
  topics
    .command('apply')
    .description('create missing topics and correct wrong settings; never deletes a topic, never moves keys')
    .option('--json', 'print JSON (always, when the output is not a terminal)')
    .addHelpText(
      'after',
      '\nExit code 0 when all topics are right, 1 when a change failed.\n\nExamples:\n  hubcast topics apply',
    )
    .action(apply);
  return topics;
}

/** @throws HubcastError `usage` where events go to a store without topics */
async function open(): Promise<TopicAdmin> {
  const settings = readStoreSettings(process.env);
  const { topicAdmin, describe } = storeOf(settings);
  if (topicAdmin !== null) return topicAdmin({ settings: () => settings, log: createLog('silent', process.stderr) });
  throw new HubcastError(
    'usage',
    `KAFKA_BROKERS is not set: events go to the ${describe(settings)}, which has no topics to create.`,
  );
}

const inJson = ({ json }: Options) => json === true || !process.stdout.isTTY;

async function plan(options: Options): Promise<void> {
  const topics = await open();
  if (options.strimzi) return print(toStrimzi(topics.wanted, options.cluster));
  const differences = await topics.differences();
  if (inJson(options)) await print(JSON.stringify({ differences }, null, 2));
  else await print(differences.length === 0 ? 'Every topic is right.' : differences.map(toLine).join('\n'));
  if (differences.some(({ action }) => action === 'refuse')) process.exitCode = 1;
  else if (differences.some(({ action }) => action !== 'keep')) process.exitCode = 3;
}

async function apply(options: Options): Promise<void> {
  const topics = await open();
  const differences = await topics.differences();
  const outcomes = await topics.apply(differences);
  const left = differences.filter(({ action }) => action === 'keep' || action === 'refuse');
  if (inJson(options)) await print(JSON.stringify({ outcomes, left }, null, 2));
  else {
    const done = outcomes.map(({ topic, about, problem }) =>
      problem === null
        ? `${paint('green', 'done  ')}  ${visible(topic)}  ${about}`
        : `${paint('red', 'failed')}  ${visible(topic)}  ${about}: ${visible(problem)}`,
    );
    const lines = [...done, ...left.map(toLine)];
    await print(lines.length === 0 ? 'Every topic is right.' : lines.join('\n'));
  }
  const failed = outcomes.some(({ problem }) => problem !== null);
  if (failed || left.some(({ action }) => action === 'refuse')) process.exitCode = 1;
}

const COLOURS = { create: 'green', alter: 'yellow', keep: 'dim', refuse: 'red' } as const;

function toLine({ topic, about, is, should, action, reason }: TopicDifference): string {
  const what = about === 'topic' ? should : `${about} ${is ?? '(none)'} → ${should}`;
  return `${paint(COLOURS[action], action.padEnd(6))}  ${visible(topic)}  ${visible(what)}  ${paint('dim', reason)}`;
}

/** https://strimzi.io/docs/operators/latest/configuring.html#type-KafkaTopicSpec-reference */
function toStrimzi(wanted: readonly WantedTopic[], cluster: string): string {
  // JSON's texts and numbers are YAML's.
  const text = (value: string) => JSON.stringify(value);
  return wanted
    .map(({ name, partitions, replicas, configs }) =>
      [
        'apiVersion: kafka.strimzi.io/v1beta2',
        'kind: KafkaTopic',
        'metadata:',
        `  name: ${text(resourceName(name))}`,
        '  labels:',
        `    strimzi.io/cluster: ${text(cluster)}`,
        'spec:',
        `  topicName: ${text(name)}`,
        `  partitions: ${partitions}`,
        ...(replicas === null ? [] : [`  replicas: ${replicas}`]),
        '  config:',
        ...Object.entries(configs).map(([key, value]) => `    ${key}: ${/^\d+$/.test(value) ? value : text(value)}`),
      ].join('\n'),
    )
    .map((resource) => `---\n${resource}`)
    .join('\n');
}

/** Names of resources are narrower than those of topics. */
function resourceName(topic: string): string {
  return topic
    .toLowerCase()
    .replace(/[^a-z0-9.-]/g, '-')
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
}
