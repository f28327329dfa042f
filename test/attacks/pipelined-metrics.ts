/**
 * Measures issue 14's flood against a service of its own: 1,400 pipelined GET /metrics (59 kB) on each of ten connections, five
 * times. Prints the slowest signed POST with and without the flood, and the memory that it adds. Bounded: 50 connections in all.
 *
 *   node scripts/run.js test/attacks/pipelined-metrics.ts
 */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServe } from '../support/run-cli.ts';
import { nameUpdate, postSigned } from '../support/signed-request.ts';
import { APP_SECRET } from '../support/start-service.ts';

const ROUNDS = 5;
const CONNECTIONS = 10;
const POSTS = 40;
const REQUESTS = 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(1400);

async function pipeline(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.resume();
  socket.write(REQUESTS);
  await once(socket, 'close');
}

async function slowestPostMs(url: string): Promise<number> {
  let slowest = 0;
  for (let n = 0; n < POSTS; n += 1) {
    const startedMs = performance.now();
    const { status } = await postSigned(`${url}/webhook`, nameUpdate().body);
    if (status !== 200) throw new Error(`A signed POST got ${status}.`);
    slowest = Math.max(slowest, performance.now() - startedMs);
  }
  return slowest;
}

function peakMemoryMb(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

const folder = mkdtempSync(join(tmpdir(), 'hubcast-attack-'));
const service = await startServe({ DATA_DIR: folder, META_APP_SECRET: APP_SECRET });
try {
  await slowestPostMs(service.publicUrl);
  const quietMs = await slowestPostMs(service.publicUrl);
  const beforeMb = peakMemoryMb(service.child.pid ?? 0);
  let floodedMs = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const flood = Promise.all(Array.from({ length: CONNECTIONS }, () => pipeline(service.internalUrl)));
    floodedMs = Math.max(floodedMs, await slowestPostMs(service.publicUrl));
    await flood;
  }
  const addedMb = peakMemoryMb(service.child.pid ?? 0) - beforeMb;
  process.stdout.write(
    `slowest signed POST: ${quietMs.toFixed(0)} ms quiet, ${floodedMs.toFixed(0)} ms in the flood; peak memory +${addedMb.toFixed(0)} MB\n`,
  );
} finally {
  await service.end('SIGTERM');
  rmSync(folder, { recursive: true });
}
