/**
 * What goes wrong, one entry each: where it can happen, and one round of it. A round breaks something for a while that the seed
 * decides, and mends it; the sender goes on meanwhile, unless the fault pauses it.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../src/sdk/testing/seeded-random.ts';
import type { KafkaNode } from '../stores/kafka/broker/node.ts';
import { compileShared, whyNoCompiler } from '../support/shared-library.ts';
import {
  activeController,
  busiestLeader,
  deleteTopic,
  limitRecords,
  listTopics,
  movePartitions,
} from './kafka-admin.ts';
import type { Sender } from './sender.ts';
import type { Service } from './service.ts';
import type { TcpProxy } from './tcp-proxy.ts';

export interface Scene {
  readonly random: Random;
  readonly sender: Sender;
  /** The one under test, and with `instances` the others, which the sender uses too. */
  readonly service: Service;
  readonly services: readonly Service[];
  /** Another `hubcast serve` with the same settings, the data folder's included. */
  readonly intruder: () => Promise<Service>;
  readonly dataDir: string;
  /** What `prepare` made. */
  readonly toolDir: string;
  /** Beyond it the service gives a write up. */
  readonly writeTimeoutMs: number;
  /** Empty where the mode has no Kafka. */
  readonly brokers: readonly string[];
  readonly nodes: readonly KafkaNode[];
  readonly proxy: TcpProxy | undefined;
  readonly prefix: string;
  readonly disk: { readonly leave: (megabytes: number) => Promise<void> } | undefined;
  /** The topic of this family is gone, with what was acknowledged until this moment of performance.now(). */
  readonly deleted: (family: string, untilMs: number) => void;
}

/** What a fault needs around it. */
export type Stage = 'broker' | 'cluster' | 'proxied' | 'small-disk' | 'none';

export interface Fault {
  readonly name: string;
  readonly about: string;
  readonly stage: Stage;
  readonly env?: Readonly<Record<string, string>>;
  /** How many services share the load; 1 where it says nothing. */
  readonly instances?: number;
  /** Modes that can meet it, where not all that have its stage can. */
  readonly modes?: readonly string[];
  /** Makes what it needs in this folder, and says which variables the service needs; or why this machine cannot. */
  readonly prepare?: (folder: string) => Readonly<Record<string, string>> | { readonly reason: string };
  /** What failed is written again at once while it lasts, so that a quick 200 does not mean that it was written once. */
  readonly rewritesAtOnce?: boolean;
  /** One round. Resolves when the store can serve again, and says so by returning. */
  readonly round: (scene: Scene) => Promise<void>;
}

const between = (random: Random, low: number, high: number) => low + (high - low) * random();

function brokerFault(
  name: string,
  about: string,
  fail: (node: KafkaNode) => Promise<void>,
  restore: (node: KafkaNode) => Promise<void>,
): Fault[] {
  const breakFor = async ({ random, nodes, writeTimeoutMs }: Scene, paused: boolean) => {
    const [node] = nodes;
    if (node === undefined) throw new Error(`${name} needs a broker.`);
    await fail(node);
    // Past every deadline, so that each kind of time-out comes to pass.
    await sleep(paused ? between(random, 100, 1500) : writeTimeoutMs * between(random, 1.2, 2));
    await restore(node);
  };
  return [
    { name, about: `${about}, under traffic`, stage: 'broker', round: (scene) => breakFor(scene, false) },
    {
      name: `${name}-paused`,
      about: `${about}, while nothing is sent; traffic goes on when it is back`,
      stage: 'broker',
      async round(scene) {
        await scene.sender.pause();
        await breakFor(scene, true);
        scene.sender.resume();
      },
    },
  ];
}

function clusterFault(
  name: string,
  about: string,
  choose: (scene: Scene) => Promise<readonly KafkaNode[]>,
  holdMs: (scene: Scene) => number,
): Fault {
  return {
    name,
    about,
    stage: 'cluster',
    async round(scene) {
      const nodes = await choose(scene);
      const how = scene.random();
      const [fail, restore] =
        how < 0.4
          ? [(node: KafkaNode) => node.kill(), (node: KafkaNode) => node.start()]
          : how < 0.7
            ? [(node: KafkaNode) => node.freeze(), (node: KafkaNode) => node.resume()]
            : [(node: KafkaNode) => node.stop(), (node: KafkaNode) => node.start()];
      await Promise.all(nodes.map(fail));
      await sleep(holdMs(scene));
      await Promise.all(nodes.map(restore));
    },
  };
}

const nodeById = ({ nodes }: Scene, wanted: number) => nodes.filter(({ id }) => id === wanted);
/** Until the controller has given up the node's session (2 s), others lead, and something was written meanwhile. */
const electionMs = ({ random }: Scene) => between(random, 4000, 6000);

const weather = (name: string, about: string, round: (scene: Scene, proxy: TcpProxy) => Promise<void>): Fault => ({
  name,
  about,
  stage: 'proxied',
  async round(scene) {
    if (scene.proxy === undefined) throw new Error(`${name} needs a proxy.`);
    await round(scene, scene.proxy);
  },
});

/** The preload that moves the clock is told by a signal, which reaches the first process only. */
const OF_ONE_PROCESS = ['direct', 'spool', 'journal', 'tls'];
const SLOW_SYNC = 'slow';

async function startAgain({ service, sender }: Scene): Promise<void> {
  await service.kill();
  sender.newLife();
  await service.start();
}

export const FAULTS: readonly Fault[] = [
  ...brokerFault(
    'broker-stopped',
    'SIGTERM to the broker',
    (node) => node.stop(),
    (node) => node.start(),
  ),
  ...brokerFault(
    'broker-killed',
    'SIGKILL to the broker',
    (node) => node.kill(),
    (node) => node.start(),
  ),
  ...brokerFault(
    'broker-frozen',
    'SIGSTOP past every deadline',
    (node) => node.freeze(),
    (node) => node.resume(),
  ),
  clusterFault(
    'leader-lost',
    'the node that leads most partitions is killed, frozen or stopped',
    async (scene) => {
      const topics = await listTopics(scene.brokers, scene.prefix);
      return nodeById(scene, await busiestLeader(scene.brokers, topics));
    },
    electionMs,
  ),
  clusterFault(
    'controller-lost',
    'the active controller is killed, frozen or stopped',
    async (scene) => nodeById(scene, await activeController(scene.brokers[0] ?? '')),
    electionMs,
  ),
  clusterFault(
    'two-brokers-lost',
    'two of three at once: neither quorum nor enough replicas',
    async ({ nodes, random }) =>
      nodes.filter((_, index, all) => index !== Math.floor(random() * 1e6) % all.length).slice(0, 2),
    ({ random, writeTimeoutMs }) => writeTimeoutMs * between(random, 1.2, 2),
  ),
  {
    name: 'partitions-moved',
    about: 'replicas in another order and on fewer nodes, so that other brokers lead',
    stage: 'cluster',
    async round({ brokers, prefix, random }) {
      const topics = await listTopics(brokers, prefix);
      await movePartitions(brokers, topics, 3);
      await sleep(between(random, 2000, 3000));
      await movePartitions(brokers, topics, 2);
      await sleep(between(random, 1000, 2000));
      await movePartitions(brokers, topics, 3);
      await sleep(between(random, 500, 1500));
    },
  },
  weather('connection-cut', 'every connection to the broker is reset, several times', async ({ random }, proxy) => {
    for (let cuts = 1 + Math.floor(6 * random()); cuts > 0; cuts -= 1) {
      proxy.cut();
      await sleep(between(random, 5, 600));
    }
  }),
  weather('half-open', 'requests, answers or both get lost without a word', async (scene, proxy) => {
    const { random, writeTimeoutMs } = scene;
    const dice = random();
    proxy.turn(dice < 0.34 ? 'mute' : dice < 0.67 ? 'deaf' : 'silent');
    await sleep(writeTimeoutMs * between(random, 0.3, 1.8));
    proxy.turn('clear');
  }),
  weather('address-lost', 'the address that Kafka tells its clients takes no connection', async (scene, proxy) => {
    proxy.turn('closed');
    proxy.cut();
    await sleep(scene.writeTimeoutMs * between(scene.random, 0.5, 2));
    proxy.turn('clear');
  }),
  weather('slowed', '4 kB pieces, each 5 to 65 ms late', async ({ random, writeTimeoutMs }, proxy) => {
    proxy.turn('slow');
    await sleep(writeTimeoutMs * between(random, 1, 2));
    proxy.turn('clear');
  }),
  {
    name: 'topic-deleted',
    about: 'the busiest topic is deleted; what it held goes with it, what comes after must be kept',
    stage: 'broker',
    async round({ brokers, prefix, deleted }) {
      await deleteTopic(brokers, `${prefix}.messages`);
      // The broker lets go of the partitions a moment after it has forgotten the name.
      deleted('messages', performance.now() + 1000);
      await sleep(2000);
    },
  },
  {
    name: 'record-limit-lowered',
    about: 'max.message.bytes falls below what is sent',
    stage: 'broker',
    // Kafka refuses a batch for one record: its neighbours go out again apart, without a pause.
    rewritesAtOnce: true,
    async round({ brokers, prefix, random }) {
      await limitRecords(brokers, `${prefix}.messages`, Math.floor(between(random, 4_000, 12_000)));
      await sleep(between(random, 1500, 3000));
      await limitRecords(brokers, `${prefix}.messages`, 6 * 1024 * 1024);
    },
  },
  {
    name: 'service-killed',
    about: 'kill -9 of the service under load, and its restart',
    stage: 'none',
    async round(scene) {
      await sleep(between(scene.random, 0, 1000));
      await startAgain(scene);
    },
  },
  {
    name: 'memory-limit',
    about: 'the service may take no more memory than it has, ends of it or not, and is started again',
    stage: 'none',
    async round(scene) {
      const pid = String(scene.service.pid());
      const kilobytes = /^VmSize:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      execFileSync('prlimit', ['--pid', pid, `--as=${Number(kilobytes) * 1024}`]);
      await sleep(between(scene.random, 500, 4000));
      await startAgain(scene);
    },
  },
  {
    name: 'two-on-one-folder',
    about: 'a second hubcast on the same folder: refused, then let in by removing owner.lock',
    stage: 'none',
    modes: ['journal', 'spool'],
    async round(scene) {
      const { intruder, dataDir, random } = scene;
      const second = await intruder();
      const started = await second.start().then(
        () => true,
        () => false,
      );
      if (started) throw new Error('A second hubcast started on the folder of one that is running.');
      await rm(join(dataDir, 'owner.lock'));
      await second.start();
      await sleep(between(random, 200, 1500));
      await second.stop();
      await startAgain(scene);
    },
  },
  {
    name: 'sync-slow',
    about: 'every sync of the disk takes a second longer',
    stage: 'none',
    modes: ['journal', 'spool'],
    prepare(folder) {
      const reason = whyNoCompiler();
      if (reason !== null) return { reason };
      const library = compileShared(join(import.meta.dirname, 'slow-sync.c'), folder);
      return { LD_PRELOAD: library, SLOW_SYNC: join(folder, SLOW_SYNC) };
    },
    async round({ toolDir, random }) {
      await writeFile(join(toolDir, SLOW_SYNC), '');
      await sleep(between(random, 1500, 5000));
      await rm(join(toolDir, SLOW_SYNC));
    },
  },
  {
    name: 'rolling-restart',
    about: 'three brokers are restarted one after the other, and meanwhile two hubcasts in turn',
    stage: 'cluster',
    modes: ['direct'],
    instances: 2,
    async round({ nodes, services, sender, random }) {
      let done = false;
      const ofBrokers = async () => {
        for (const node of nodes) {
          await node.stop();
          await node.start();
          await sleep(between(random, 500, 2000));
        }
        done = true;
      };
      const ofServices = async () => {
        while (!done) {
          for (const service of services) {
            const code = await service.stop();
            if (code !== 0) throw new Error(`A hubcast that was told to stop ended with ${code}.`);
            sender.newLife();
            await service.start();
            await sleep(between(random, 200, 1500));
          }
        }
      };
      await Promise.all([ofBrokers(), ofServices()]);
    },
  },
  {
    name: 'disk-full',
    about: 'a small disk fills up under load, and grows again',
    stage: 'small-disk',
    async round({ disk, sender, random }) {
      const before = sender.counts.unavailable;
      await disk?.leave(4);
      // Until requests were refused for want of room.
      for (let waitedMs = 0; sender.counts.unavailable < before + 10 && waitedMs < 30_000; waitedMs += 50)
        await sleep(50);
      await sleep(between(random, 200, 1500));
      await disk?.leave(512);
    },
  },
  {
    name: 'clock-back',
    about: "the service's wall clock jumps back by hours and days, and forward again",
    stage: 'none',
    modes: OF_ONE_PROCESS,
    env: { LEDGER_CLOCK_STEPS_MS: '-3600000,-172800000,-60000,0' },
    async round({ service, random }) {
      service.signal('SIGUSR2');
      await sleep(between(random, 500, 2000));
    },
  },
  {
    name: 'clock-forward',
    about: "the service's wall clock jumps forward by nearly an hour, the most that Kafka takes, and back again",
    stage: 'none',
    modes: OF_ONE_PROCESS,
    env: { LEDGER_CLOCK_STEPS_MS: '3590000,0' },
    async round({ service, random }) {
      service.signal('SIGUSR2');
      await sleep(between(random, 500, 2000));
      service.signal('SIGUSR2');
    },
  },
];
