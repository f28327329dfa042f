/** The service under test: a process on one port that can be killed and started again, with a log of which little is kept. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from '../stores/kafka/broker/free-ports.ts';
import { hold, release } from '../stores/kafka/broker/guarded.ts';
import { type RunningService, startServe } from '../support/run-cli.ts';

export interface Service {
  readonly port: number;
  readonly start: () => Promise<void>;
  readonly kill: () => Promise<void>;
  /** SIGTERM; resolves with the exit code, null when it had to be killed. */
  readonly stop: () => Promise<number | null>;
  readonly signal: (name: NodeJS.Signals) => void;
  readonly pid: () => number;
  /** The last of its complaints. */
  readonly lastWords: () => string;
}

const LOG_LINES = 2000;
const LAST_WORDS = 20;

const STOP_WITHIN_MS = 60_000;

/** @param bin another copy of the command, which was spoiled on purpose */
export async function makeService(env: Readonly<Record<string, string>>, bin?: string): Promise<Service> {
  const [port = 0] = await freePorts(1);
  let running: RunningService | undefined;
  const letGo = () => {
    const pid = running?.child.pid;
    if (pid !== undefined) release('pid', pid);
  };
  return {
    port,
    async start() {
      running = await startServe({ PORT: String(port), ...env }, { logLines: LOG_LINES, ...(bin && { bin }) });
      hold('pid', Number(running.child.pid));
    },
    async kill() {
      await running?.end('SIGKILL');
      letGo();
    },
    async stop() {
      const late = setTimeout(() => running?.child.kill('SIGKILL'), STOP_WITHIN_MS);
      const code = (await running?.end('SIGTERM')) ?? null;
      clearTimeout(late);
      letGo();
      return code;
    },
    signal(name) {
      running?.child.kill(name);
    },
    pid: () => Number(running?.child.pid),
    lastWords: () => {
      const said = (running?.log ?? []).filter((line) => !line.includes('"level":"info"'));
      return said.slice(-LAST_WORDS).join('\n');
    },
  };
}

/** A data folder's files, gone for good. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

export const CLOCK_PRELOAD = join(import.meta.dirname, 'clock-preload.mjs');
