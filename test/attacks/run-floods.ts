// heavy node test/attacks/run-floods.ts: the two cheap floods at full size against the service in a process of its own, on 127.0.0.1.
// Prints what became of the signed POSTs beside them, and exits with 1 where fewer than 99 % are 200.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SECRET, startServe } from '../support/run-cli.ts';
import { nameUpdate } from '../support/signed-request.ts';
import { holdBodies, holdHeads, postBeside } from './floods.ts';

const FLOODS = {
  bodies: (url: string) => holdBodies(url, { connections: 510, connectionsPerSecond: 500, holdMs: 240 }),
  heads: (url: string) => holdHeads(url, { connections: 10_050, connectionsPerSecond: 470, fillPerSecond: 2000 }),
};
const WAIT_MS = { bodies: 2_000, heads: 10_000 };
const POSTS = 700;
const POSTS_PER_SECOND = 70;
const [, file = '', name, url] = process.argv;

// This file again is the attacker, in a process of its own, with as many open files as the flood needs.
if (url !== undefined) await attack(FLOODS[name as keyof typeof FLOODS](url));
else if (process.env.FLOODS_LIMIT_RAISED === undefined) await runAgainWithMoreFiles();
else {
  const results = [await measure('bodies'), await measure('heads')];
  console.table(results);
  process.exit(results.some(({ share }) => share < 0.99) ? 1 : 0);
}

async function attack(flood: ReturnType<typeof holdHeads>): Promise<void> {
  const startedMs = performance.now();
  process.once('SIGTERM', () => {
    const seconds = (performance.now() - startedMs) / 1000;
    const told = { open: flood.open(), ended: flood.ended(), kBps: Math.round(flood.sentBytes() / seconds / 1000) };
    process.stdout.write(JSON.stringify(told), () => process.exit(0));
  });
}

async function runAgainWithMoreFiles(): Promise<void> {
  const child = spawn('sh', ['-c', 'ulimit -n "$(ulimit -Hn)"; exec "$0" "$1"', process.execPath, file], {
    env: { ...process.env, FLOODS_LIMIT_RAISED: 'yes' },
    stdio: 'inherit',
  });
  const [code] = await once(child, 'exit');
  process.exit(code ?? 1);
}

async function measure(flood: keyof typeof FLOODS) {
  const folder = await mkdtemp(join(tmpdir(), 'hubcast-flood-'));
  const service = await startServe({ DATA_DIR: folder }, { logLines: 100 });
  const attacker = spawn(process.execPath, [file, flood, service.publicUrl], { stdio: ['ignore', 'pipe', 'inherit'] });
  let told = '';
  attacker.stdout.on('data', (piece) => {
    told += piece;
  });
  try {
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS[flood]));
    const bodyOf = () => nameUpdate().body;
    const beside = { count: POSTS, perSecond: POSTS_PER_SECOND, bodyOf, secret: SECRET };
    const outcomes = await postBeside(service.publicUrl, beside);
    attacker.kill('SIGTERM');
    await once(attacker, 'close');
    const share = (outcomes.get(200) ?? 0) / POSTS;
    const { open, ended, kBps } = JSON.parse(told);
    return { flood, share, outcomes: JSON.stringify([...outcomes]), open, ended, kBps };
  } finally {
    attacker.kill('SIGKILL');
    await service.end('SIGTERM');
    await rm(folder, { recursive: true, force: true });
  }
}
