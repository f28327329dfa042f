/** A PostgreSQL of the suite's own, in a folder of its own, on a port of its own. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../stores/kafka/broker/free-ports.ts';
import { endProcess } from './end-process.ts';
import { until } from './until.ts';

export interface Postgres {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  /** Rows as `psql` prints them, columns between tabs. */
  readonly query: (sql: string) => string;
  readonly runFile: (file: string) => void;
  readonly close: () => Promise<void>;
}

/** PostgreSQL refuses to run as root. */
const NOBODY = 65_534;
const asOther = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

/** False, after a line on stderr, where it is not installed. */
export function hasPostgres(): boolean {
  const has = ['initdb', 'postgres', 'psql'].every((command) => spawnSync(command, ['--version']).status === 0);
  if (!has) process.stderr.write('SKIPPED: tests with PostgreSQL. Install initdb, postgres and psql.\n');
  return has;
}

export async function startPostgres(): Promise<Postgres> {
  const folder = mkdtempSync(join(tmpdir(), 'hubcast-postgres-'));
  if (asOther.uid !== undefined) chownSync(folder, NOBODY, NOBODY);
  chmodSync(folder, 0o700);
  const data = join(folder, 'data');
  const options = { cwd: folder, ...asOther };
  execFileSync('initdb', ['--pgdata', data, '--username', 'test', '--auth', 'trust', '--no-sync'], {
    ...options,
    stdio: 'pipe',
  });
  const [port = 0] = await freePorts(1);
  const host = '127.0.0.1';
  const settings = ['-c', 'fsync=off', '-c', `unix_socket_directories=${folder}`, '-h', host, '-p', String(port)];
  const server: ChildProcess = spawn('postgres', ['-D', data, ...settings], { ...options, stdio: 'ignore' });
  const url = `postgres://test@${host}:${port}/postgres`;
  const psql = (args: readonly string[]) =>
    spawnSync('psql', [url, '--no-psqlrc', '-v', 'ON_ERROR_STOP=1', '-At', '-F', '\t', ...args], { encoding: 'utf8' });
  await until(() => psql(['-c', 'SELECT 1']).status === 0, 30_000);

  function mustRun(args: readonly string[]): string {
    const { status, stdout, stderr } = psql(args);
    if (status !== 0) throw new Error(stderr);
    return stdout.trim();
  }
  return {
    host,
    port,
    url,
    query: (sql) => mustRun(['-c', sql]),
    runFile: (file) => void mustRun(['-q', '-f', file]),
    async close() {
      await endProcess(server, 'SIGQUIT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
