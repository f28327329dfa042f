// A Kafka node as a Java process of this machine, started without shell scripts.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '../../../support/until.ts';
import { hold, release } from './guarded.ts';
import { JAVA_OPTIONS, javaCommand } from './jars.ts';
import type { NodeHost } from './node.ts';
import { type Properties, toPropertiesFile } from './server-properties.ts';

const run = promisify(execFile);
const LOG_TAIL_BYTES = 4000;

export interface JarHostOptions {
  readonly address: string;
  readonly clusterId: string;
  readonly heapMb: number;
  /** SIGTERM is followed by SIGKILL after this: a node without its quorum would wait for minutes. */
  readonly stopTimeoutMs: number;
  readonly properties: (logDir: string) => Properties;
}

export async function createJarHost(options: JarHostOptions): Promise<NodeHost> {
  const folder = await mkdtemp(join(tmpdir(), 'hubcast-kafka-'));
  hold('folder', folder);
  const file = join(folder, 'server.properties');
  const logFile = join(folder, 'broker.log');
  let java: ChildProcess | undefined;
  let formatted = false;

  const isRunning = () => java !== undefined && java.exitCode === null && java.signalCode === null;
  const signal = async (name: NodeJS.Signals) => {
    if (!isRunning()) throw new Error(`The broker at ${options.address} is not running; start() it before ${name}.`);
    java?.kill(name);
  };
  const ended = async () => {
    if (!java || !isRunning()) return;
    const exit = once(java, 'exit');
    java.ref();
    await exit;
  };
  const kill = async () => {
    if (isRunning()) java?.kill('SIGKILL');
    await ended();
  };

  await writeFile(file, toPropertiesFile(options.properties(join(folder, 'data'))));
  const format = async () => {
    const arguments_ = ['format', `--cluster-id=${options.clusterId}`, '--config', file];
    const logging = '-Dorg.slf4j.simpleLogger.defaultLogLevel=error';
    // Only a failure is of interest, and execFile carries what was said in its error.
    await run(javaCommand(), [logging, ...JAVA_OPTIONS, 'kafka.tools.StorageTool', ...arguments_]);
    formatted = true;
  };

  return {
    address: options.address,
    place: () => ({ pid: isRunning() ? Number(java?.pid) : null, folder }),
    async launch() {
      if (isRunning())
        throw new Error(`The broker at ${options.address} is running already; stop() or kill() it first.`);
      if (!formatted) await format();
      const log = openSync(logFile, 'a');
      const logging = [
        '-Dorg.slf4j.simpleLogger.showDateTime=true',
        '-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS',
      ];
      // Detached: Ctrl-C is for the test run, which then decides (guard.ts) how its brokers end.
      const started = spawn(
        javaCommand(),
        [`-Xmx${options.heapMb}m`, ...logging, ...JAVA_OPTIONS, 'kafka.Kafka', file],
        { cwd: folder, detached: true, stdio: ['ignore', log, log] },
      );
      closeSync(log);
      await once(started, 'spawn');
      const pid = Number(started.pid);
      hold('pid', pid);
      started.once('exit', () => release('pid', pid));
      started.unref();
      java = started;
    },
    isRunning: async () => isRunning(),
    async stop() {
      await signal('SIGTERM');
      const late = setTimeout(() => java?.kill('SIGKILL'), options.stopTimeoutMs);
      await ended();
      clearTimeout(late);
    },
    kill,
    async freeze() {
      await signal('SIGSTOP');
      await untilStopped(Number(java?.pid));
    },
    resume: () => signal('SIGCONT'),
    logTail: async () => (await readFile(logFile, 'utf8').catch(() => '')).slice(-LOG_TAIL_BYTES),
    async close() {
      await kill();
      await rm(folder, { recursive: true, force: true });
      release('folder', folder);
    },
  };
}

/** A thread that waits for a core stops when it gets one: on a busy machine the last may answer for a moment. Linux tells. */
async function untilStopped(pid: number): Promise<void> {
  await until(async () => {
    const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
    const stats = await Promise.all(
      threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/stat`, 'utf8').catch(() => ') T')),
    );
    return stats.every((stat) => stat.slice(stat.lastIndexOf(')')).startsWith(') T'));
  });
}
