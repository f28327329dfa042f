/**
 * Breaks the promise on purpose in a copy of the sources, to show that the ledger notices. Each is a text of src and what replaces it;
 * one that no longer stands there is an error, so that no sabotage turns into none.
 */
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export interface Sabotage {
  readonly name: string;
  readonly about: string;
  readonly edits: readonly Edit[];
}

/** A producer as most programs have one, for as long as they live, taken at its word, in place of ours. */
const plainProducer = (options: string): Edit[] => [
  {
    file: 'src/stores/kafka/writer.ts',
    from: "import { type HubcastError, isHubcastError } from '../../core/errors.ts';",
    to: `import kafkajs, { type Producer } from 'kafkajs';
import { type HubcastError, isHubcastError } from '../../core/errors.ts';

let plain: Promise<Producer> | undefined;
async function connectPlain(): Promise<Producer> {
  const brokers = String(process.env.KAFKA_BROKERS).split(',');
  const made = new kafkajs.Kafka({ brokers, logLevel: 0, requestTimeout: 900 }).producer({ ${options} });
  await made.connect();
  return made;
}`,
  },
  {
    file: 'src/stores/kafka/writer.ts',
    from: 'const answer = await connection.produce(body, timeoutMs, now);',
    to: `plain ??= connectPlain();
      const topicMessages = body.topicData.map(({ topic, partitions }) => ({
        topic,
        messages: partitions.flatMap(({ partition, messages }) => messages.map((one) => ({ ...one, partition }))),
      }));
      await (await plain).sendBatch({ acks: -1, topicMessages });`,
  },
  {
    file: 'src/stores/kafka/writer.ts',
    from: 'for (const [queue, error] of readOutcomes(answer, sent)) this.#finish(queue, error);',
    to: 'for (const queue of sent) this.#finish(queue, null);',
  },
];

export const SABOTAGES: readonly Sabotage[] = [
  {
    name: 'answer-early',
    about: '200 before the write, which takes its time as on a slow disk',
    edits: [
      // Without it a kill seldom falls into the millisecond between answer and write.
      {
        file: 'src/stores/group-commit.ts',
        from: 'await writeGroup(group);',
        to: 'await new Promise((resolve) => setTimeout(resolve, 200));\n        await writeGroup(group);',
      },
      {
        file: 'src/stores/open-requests.ts',
        from: 'this.#waits.push(wait);',
        to: 'this.#waits.push(wait);\n      resolve();',
      },
    ],
  },
  {
    name: 'kafkajs-retries',
    about: 'one kafkajs producer with its own retries, taken at their word',
    edits: plainProducer('idempotent: false'),
  },
  {
    name: 'kafkajs-idempotent',
    about: 'one idempotent kafkajs producer, taken at its word',
    edits: plainProducer('idempotent: true, maxInFlightRequests: 1'),
  },
];

const ROOT = join(import.meta.dirname, '..', '..');

/** @returns the spoiled copy's command */
export async function spoil(name: string): Promise<{ readonly bin: string; readonly remove: () => Promise<void> }> {
  const sabotage = SABOTAGES.find((one) => one.name === name);
  if (sabotage === undefined) throw new RangeError(`There is no sabotage "${name}".`);
  const folder = await mkdtemp(join(tmpdir(), 'hubcast-sabotage-'));
  for (const part of ['src', 'bin', 'package.json'])
    await cp(join(ROOT, part), join(folder, part), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const { file, from, to } of sabotage.edits) {
    const path = join(folder, file);
    const text = await readFile(path, 'utf8');
    if (text.split(from).length !== 2)
      throw new Error(`${file} no longer has "${from}" once; mend test/ledger/sabotage.ts.`);
    await writeFile(
      path,
      text.replace(from, () => to),
    );
  }
  return { bin: join(folder, 'bin', 'hubcast.js'), remove: () => rm(folder, { recursive: true, force: true }) };
}
