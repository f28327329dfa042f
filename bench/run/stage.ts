import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GraphStandIn, startGraphStandIn } from '../../src/sdk/testing/graph-stand-in/start-graph-stand-in.ts';
import { hold, release } from '../../test/stores/kafka/broker/guarded.ts';
import { type Generator, startGenerator } from '../load/generator.ts';
import { LOOKED_UP_ACCOUNT } from '../load/looked-up.ts';
import type { ServerKey, ServerName } from '../scenarios.ts';
import { type BenchKafka, findKafka } from './kafka.ts';
import type { Pinning } from './pinning.ts';
import { type RunningServer, startServer } from './servers.ts';

/** All processes and folders of a run: the load generator, one server of each kind, the broker. */
export interface Stage {
  readonly generator: Generator;
  readonly servers: ReadonlyMap<ServerKey, RunningServer>;
  /** Servers that cannot be had on this machine, and reason; nothing is wrong with them. */
  readonly missing: ReadonlyMap<ServerKey, string>;
  /** Servers that should have started and did not. */
  readonly broken: ReadonlyMap<ServerKey, string>;
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
  /** The built checkout of `--against`. */
  readonly againstFolder: string | undefined;
}

const ON_KAFKA: ReadonlySet<ServerName> = new Set([
  'floor-kafkajs',
  'kafka',
  'spool',
  'kafka-workers-1',
  'kafka-workers-2',
]);

export async function setStage(
  keys: ReadonlySet<ServerKey>,
  options: StageOptions,
  pinning: Pinning,
  signal: AbortSignal,
  progress: (line: string) => void,
): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'hubcast-bench-'));
  hold('folder', folder);
  const servers = new Map<ServerKey, RunningServer>();
  const missing = new Map<ServerKey, string>();
  const broken = new Map<ServerKey, string>();
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
  const nameOf = (key: ServerKey) => key.replace('@against', '') as ServerName;
  const settingsFor = (key: ServerKey, name = nameOf(key)): Record<string, string> => ({
    META_APP_SECRET: options.secret,
    META_VERIFY_TOKEN: options.verifyToken,
    DATA_DIR: join(folder, key),
    ...(ON_KAFKA.has(name) && kafka?.there
      ? { ...kafka.settings, TOPIC_PREFIX: `${options.topicPrefix}-${key.replace('@', '-')}` }
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
    if ([...keys].some((key) => nameOf(key) === 'look-ups'))
      graph = await startGraphStandIn({ accounts: [LOOKED_UP_ACCOUNT] });
    const onKafka = [...keys].filter((key) => ON_KAFKA.has(nameOf(key)));
    if (onKafka.length > 0) {
      progress('looking for a Kafka ...');
      kafka = await findKafka(options.topicPrefix);
      if (!kafka.there) for (const key of onKafka) missing.set(key, kafka.reason);
    }
    for (const key of keys) {
      signal.throwIfAborted();
      if (missing.has(key)) continue;
      progress(`starting ${key} ...`);
      try {
        const place = { settings: settingsFor(key), againstFolder: options.againstFolder };
        servers.set(key, await startServer(key, place, pinning, signal));
      } catch (error) {
        broken.set(key, (error as Error).message);
      }
    }
    signal.throwIfAborted();
  } catch (error) {
    await strike();
    throw error;
  }
  return { generator, servers, missing, broken, notes: kafka?.there ? [`Kafka: ${kafka.about}.`] : [], strike };
}
