/** What episodes run on: brokers, a cluster, a proxy, a small disk. Brokers are shared by the episodes that follow each other on them. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Random } from '../../src/sdk/testing/seeded-random.ts';
import type { KafkaNode } from '../stores/kafka/broker/node.ts';
import { startBroker, startCluster } from '../stores/kafka/broker/start.ts';
import type { Stage } from './faults.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

const run = promisify(execFile);

export interface KafkaStage {
  readonly brokers: readonly string[];
  readonly nodes: readonly KafkaNode[];
  readonly proxy: TcpProxy | undefined;
  readonly close: () => Promise<void>;
}

export interface Stages {
  /** The one that is up, when it fits; else it is closed and another one started. */
  readonly kafka: (stage: Stage) => Promise<KafkaStage>;
  readonly close: () => Promise<void>;
}

/** Topics are deleted within moments, and leaders follow their replicas within a second. */
const PROPERTIES = {
  'leader.imbalance.check.interval.seconds': 1,
  'leader.imbalance.per.broker.percentage': 0,
};

export function openStages(random: Random): Stages {
  let current: { readonly kind: string; readonly kafka: KafkaStage } | undefined;

  async function close(): Promise<void> {
    const { kafka } = current ?? {};
    current = undefined;
    await kafka?.close();
  }

  return {
    async kafka(stage) {
      const kind = stage === 'cluster' || stage === 'proxied' ? stage : 'broker';
      if (current?.kind !== kind) {
        await close();
        current = { kind, kafka: await open(kind, random) };
      }
      return current.kafka;
    },
    close,
  };
}

async function open(kind: 'broker' | 'cluster' | 'proxied', random: Random): Promise<KafkaStage> {
  if (kind === 'cluster') {
    const cluster = await startCluster({ brokers: 3, minInSync: 2, heapMb: 256, properties: PROPERTIES });
    return { ...cluster, proxy: undefined };
  }
  if (kind === 'broker') {
    const broker = await startBroker();
    return { brokers: broker.brokers, nodes: [broker], proxy: undefined, close: broker.close };
  }
  let proxy: TcpProxy | undefined;
  const broker = await startBroker({
    async advertise(address) {
      proxy = await startTcpProxy(address, random);
      return proxy.address;
    },
  });
  const close = async () => {
    await broker.close();
    await proxy?.close();
  };
  return { brokers: broker.brokers, nodes: [broker], proxy, close };
}

export interface Disk {
  readonly folder: string;
  /** Leaves so much room, whatever there was. */
  readonly leave: (megabytes: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A folder on a file system of its own, whose size can be changed; null, and why, where that is not allowed. */
export async function makeDisk(): Promise<Disk | { readonly reason: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'hubcast-ledger-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=512m', 'hubcast-ledger', folder]);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    return { reason: `no small disk can be mounted (${(error as Error).message.trim().split('\n').at(-1)})` };
  }
  return {
    folder,
    async leave(megabytes) {
      const { blocks, bfree, bsize } = await statfs(folder);
      const usedMegabytes = Math.ceil(((blocks - bfree) * bsize) / 1024 ** 2);
      await run('mount', ['-o', `remount,size=${usedMegabytes + megabytes}m`, folder]);
    },
    async close() {
      await run('umount', ['-l', folder]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
