/** One mode, one fault: the service under traffic, rounds of the fault, and the audit of what is left. */
import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../src/sdk/testing/seeded-random.ts';
import { SECRET } from '../support/run-cli.ts';
import { audit, type Findings, isClean } from './audit.ts';
import { makeBodies } from './bodies.ts';
import type { Fault } from './faults.ts';
import { deleteTopics } from './kafka-admin.ts';
import type { Mode, Place } from './modes.ts';
import { type SenderCounts, startSender } from './sender.ts';
import { CLOCK_PRELOAD, makeService, removeFolder, type Service } from './service.ts';
import { makeDisk, type Stages } from './stages.ts';

export interface EpisodeOptions {
  readonly mode: Mode;
  readonly fault: Fault;
  /** Rounds begin until then; one is run in any case. */
  readonly durationMs: number;
  readonly random: Random;
  readonly stages: Stages;
  readonly bin?: string | undefined;
}

export interface Episode {
  readonly mode: string;
  readonly fault: string;
  readonly rounds: number;
  readonly counts: SenderCounts;
  readonly findings: Findings;
  /** The longest time from the end of a round to the next 200. */
  readonly backMs: number;
  readonly clean: boolean;
  /** Of the service, when something is wrong. */
  readonly lastWords: string;
}

const LANES = 32;
const THINK_MS = 60;
const WRITE_TIMEOUT_MS = 2000;
/** hubcast pauses at least 50 ms before it writes again what failed: a 200 that came sooner was written once. */
const WRITTEN_ONCE_MS = 40;
const BACK_WITHIN_MS = 30_000;
/** Before a round, at most; a longer episode has longer quiet times, as the world has. */
const SHORTEST_CALM_MS = 1_000;
const CALM_SHARE = 0.125;
/** For what is left in a spool, once it is started again. */
const SETTLED_WITHIN_MS = 60_000;

/** @returns null, and a line to print, when this machine cannot run it */
export async function runEpisode(options: EpisodeOptions): Promise<Episode | { readonly skipped: string }> {
  const { mode, fault, random } = options;
  const toolDir = await mkdtemp(join(tmpdir(), 'hubcast-ledger-tools-'));
  const tools = fault.prepare?.(toolDir) ?? {};
  const disk = fault.stage === 'small-disk' ? await makeDisk() : undefined;
  const reason = 'reason' in tools ? tools.reason : disk !== undefined && 'reason' in disk ? disk.reason : undefined;
  if (reason !== undefined || (disk !== undefined && 'reason' in disk)) {
    await removeFolder(toolDir);
    return { skipped: String(reason) };
  }
  const kafka = mode.kafka ? await options.stages.kafka(fault.stage) : undefined;
  const dataDir = disk?.folder ?? (await mkdtemp(join(tmpdir(), 'hubcast-ledger-')));
  const run = randomBytes(4).toString('hex');
  const place: Place = { brokers: kafka?.brokers ?? [], prefix: `ledger-${run}`, dataDir };
  const env = {
    TOPIC_PREFIX: place.prefix,
    WRITE_TIMEOUT_MS: String(WRITE_TIMEOUT_MS),
    LOG_LEVEL: 'info',
    ...mode.env(place),
    ...tools,
    ...(fault.env ? { ...fault.env, NODE_OPTIONS: `--import=${CLOCK_PRELOAD}` } : {}),
  };
  const made: Service[] = [];
  const make = async () => {
    const one = await makeService(env, options.bin);
    made.push(one);
    return one;
  };
  const service = await make();
  const services = [service];
  while (services.length < (fault.instances ?? 1)) services.push(await make());
  const ca = mode.ca?.();
  try {
    for (const one of services) await one.start();
    const sender = startSender({
      targets: services.map(({ port }) => ({ host: '127.0.0.1', port, ...(ca === undefined ? {} : { ca }) })),
      secret: SECRET,
      lanes: LANES,
      thinkMs: THINK_MS,
      bodies: makeBodies(run, random),
      writtenOnceMs: fault.rewritesAtOnce === true ? 0 : WRITTEN_ONCE_MS,
      random,
    });
    let deleted: { family: string; untilMs: number } | undefined;
    const scene = {
      ...{ random, sender, service, writeTimeoutMs: WRITE_TIMEOUT_MS, brokers: place.brokers, prefix: place.prefix },
      ...{ nodes: kafka?.nodes ?? [], proxy: kafka?.proxy, disk, services, intruder: make, dataDir, toolDir },
      deleted: (family: string, untilMs: number) => {
        deleted = { family, untilMs };
      },
    };
    const endMs = performance.now() + options.durationMs;
    await sleep(1000);
    sender.broken(false);
    const calmMs = Math.max(SHORTEST_CALM_MS, CALM_SHARE * options.durationMs);
    let rounds = 0;
    let backMs = 0;
    while (rounds === 0 || performance.now() < endMs) {
      await sleep(500 + calmMs * random());
      sender.broken(true);
      await fault.round(scene);
      backMs = Math.max(backMs, await sender.nextOk(BACK_WITHIN_MS));
      // Connections that were opened meanwhile, and leaders that come back, still fail for a moment.
      await sleep(1000);
      sender.broken(false);
      rounds += 1;
    }
    await sleep(500);
    await sender.finish(BACK_WITHIN_MS);
    const codes = await Promise.all(services.map((one) => one.stop()));
    const first = await look();
    const left = mode.forwards && first.missing.length > 0;
    const findings = left ? await afterRest() : first;
    if (kafka !== undefined) await deleteTopics(place.brokers, place.prefix).catch(() => undefined);
    const clean =
      isClean(findings) && codes.every((code) => code === 0) && sender.counts.ok > 0 && backMs < BACK_WITHIN_MS;
    const lastWords = clean ? '' : `exit codes ${codes}\n${services.map((one) => one.lastWords()).join('\n')}`;
    return { mode: mode.name, fault: fault.name, rounds, counts: sender.counts, findings, backMs, clean, lastWords };

    async function look(): Promise<Findings> {
      return audit(sender.obligations, await mode.read(place), { ...mode, deleted });
    }

    /** What a spool had no time for before its end, the next start on its folder forwards. */
    async function afterRest(): Promise<Findings> {
      await service.start();
      const lateMs = performance.now() + SETTLED_WITHIN_MS;
      while (true) {
        const found = await look();
        if (found.missing.length > 0 && performance.now() < lateMs) {
          await sleep(500);
          continue;
        }
        await service.stop();
        return found;
      }
    }
  } finally {
    await Promise.all(made.map((one) => one.kill()));
    await removeFolder(toolDir);
    if (disk === undefined) await removeFolder(dataDir);
    else await disk.close();
  }
}
