import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GraphStandIn, startGraphStandIn } from '../../src/sdk/testing/graph-stand-in/start-graph-stand-in.ts';
import { hold, release } from '../../test/stores/kafka/broker/guarded.ts';
import { type Generator, startGenerator } from '../load/generator.ts';
import { LOOKED_UP_ACCOUNT } from '../load/looked-up.ts';
import type { ServerName } from '../scenarios.ts';
import { type BenchKafka, findKafka } from './kafka.ts';
import type { Pinning } from './pinning.ts';
import { type RunningServer, startServer } from './servers.ts';

/** All processes and folders of a run: the load generator, one server of each kind, the broker. */
export interface Stage {
  readonly generator: Generator;
  readonly servers: ReadonlyMap<ServerName, RunningServer>;
  /** Servers that cannot be had on this machine, and reason; nothing is wrong with them. */
  readonly missing: ReadonlyMap<ServerName, string>;
  /** Servers that should have started and did not. */
  readonly broken: ReadonlyMap<ServerName, string>;
  readonly notes: readonly string[];
  /** Ends all and removes what they wrote. Resolves to lines about what had to stay. */
  readonly strike: () => Promise<readonly string[]>;
}

export interface StageOptions {
  readonly secret: string;
  readonly verifyToken: string;
  /** Different in each run, so that runs against one Kafka do not meet. */
  readonly topicPrefix: string;
  /** Settings of the service beside those a run needs. */
  readonly settings: Readonly<Record<string, string>>;
}

const ON_KAFKA: ReadonlySet<ServerName> = new Set([
  'floor-kafkajs',
  'kafka',
  'spool',
  'kafka-workers-1',
  'kafka-workers-2',
]);

export async function setStage(
  names: ReadonlySet<ServerName>,
  options: StageOptions,
  pinning: Pinning,
  signal: AbortSignal,
  progress: (line: string) => void,
): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'hubcast-bench-'));
  hold('folder', folder);
  const servers = new Map<ServerName, RunningServer>();
  const missing = new Map<ServerName, string>();
  const broken = new Map<ServerName, string>();
  const generator = startGenerator();
  let kafka: BenchKafka | undefined;
  let graph: GraphStandIn | undefined;
  const strike = async (): Promise<readonly string[]> => {
    await generator.close();
    await Promise.all([...servers.values()].map((server) => server.stop()));
    await graph?.close();
    const left = kafka?.there ? await kafka.close() : undefined;
    await rm(folder, { recursive: true, force: true });
    release('folder', folder);
    return left === undefined ? [] : [left];
  };
  const settingsOf = (name: ServerName): Record<string, string> => ({
    META_APP_SECRET: options.secret,
    META_VERIFY_TOKEN: options.verifyToken,
    DATA_DIR: join(folder, name),
    ...(ON_KAFKA.has(name) && kafka?.there
      ? { ...kafka.settings, TOPIC_PREFIX: `${options.topicPrefix}-${name}` }
      : {}),
    ...(name === 'look-ups' && graph !== undefined
      ? { META_GRAPH_URL: graph.url, META_ACCESS_TOKEN: graph.accessToken, WABA_IDS: LOOKED_UP_ACCOUNT.id }
      : {}),
    ...(name === 'spool' ? { SPOOL: 'on' } : {}),
    ...(name === 'kafka-workers-2' ? { WORKERS: '2' } : {}),
    ...(name === 'journal' || (ON_KAFKA.has(name) && name !== 'floor-kafkajs') ? options.settings : {}),
  });

  try {
    // Asked once: everything else is answered from memory.
    if (names.has('look-ups')) graph = await startGraphStandIn({ accounts: [LOOKED_UP_ACCOUNT] });
    const onKafka = [...names].filter((name) => ON_KAFKA.has(name));
    if (onKafka.length > 0) {
      progress('looking for a Kafka ...');
      kafka = await findKafka(options.topicPrefix);
      if (!kafka.there) for (const name of onKafka) missing.set(name, kafka.reason);
    }
    for (const name of names) {
      signal.throwIfAborted();
      if (missing.has(name)) continue;
      progress(`starting ${name} ...`);
      try {
        servers.set(name, await startServer(name, settingsOf(name), pinning, signal));
      } catch (error) {
        broken.set(name, (error as Error).message);
      }
    }
    signal.throwIfAborted();
  } catch (error) {
    await strike();
    throw error;
  }
  return { generator, servers, missing, broken, notes: kafka?.there ? [`Kafka: ${kafka.about}.`] : [], strike };
}
