import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'hubcast.js');

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly nodeOptions?: readonly string[];
  /** Another copy of the command, such as one that was spoiled on purpose. */
  readonly bin?: string;
}

/** All that a command gets of our own environment. */
export const PLAIN_ENV = { PATH: process.env.PATH ?? '', NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? '' };

/** Runs the command as a user would, with nothing of our own environment. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const child = startCli(args, options);
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  child.stdin?.end(options.input ?? '');
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
}

export function startCli(
  args: readonly string[],
  { env = {}, nodeOptions = [], bin = BIN }: CliOptions = {},
): ChildProcess {
  return spawn(process.execPath, [...nodeOptions, bin, ...args], { env: { ...PLAIN_ENV, ...env } });
}

export interface RunningService {
  readonly child: ChildProcess;
  readonly publicUrl: string;
  readonly internalUrl: string;
  /** Every line of the log so far, or the last ones. */
  readonly log: readonly string[];
  /** @returns the exit code, null when a signal ended it */
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>;
}

export const SECRET = 'test-secret';
export const TOKEN = 'test-token';

/** `hubcast serve` in a process of its own, on free ports; resolves with its ready line. */
export async function startServe(
  env: Readonly<Record<string, string>>,
  options: Omit<CliOptions, 'env'> & { readonly logLines?: number } = {},
): Promise<RunningService> {
  const { logLines = Number.POSITIVE_INFINITY } = options;
  const child = startCli(['serve'], {
    ...options,
    env: {
      ...(env.META_APPS === undefined ? { META_APP_SECRET: SECRET, META_VERIFY_TOKEN: TOKEN } : {}),
      HOST: '127.0.0.1',
      PORT: '0',
      INTERNAL_PORT: '0',
      ...env,
    },
  });
  const log: string[] = [];
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.stderr?.on('data', (chunk) => log.push(String(chunk)));
  const ready = new Promise<{ public: string; internal: string }>((resolve, reject) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      log.push(line);
      if (log.length > 2 * logLines) log.splice(0, logLines);
      const entry = JSON.parse(line);
      if (entry.msg === 'ready') resolve(entry);
    });
    void exited.then((code) => reject(new Error(`serve ended with ${code}:\n${log.join('\n')}`)));
  });
  const { public: publicUrl, internal: internalUrl } = await ready;
  return {
    child,
    publicUrl,
    internalUrl,
    log,
    end(signal) {
      child.kill(signal);
      return exited;
    },
  };
}
