// A small process beside a test run that outlives it: when the run ends in whatever way (Ctrl-C and kill -9 too), its
// end of the pipe closes, and the guard kills the brokers and removes the folders that are still registered.
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

const pids = new Set<number>();
const folders = new Set<string>();
const containers = new Set<string>();
const networks = new Set<string>();

process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);

for await (const line of createInterface({ input: process.stdin })) {
  const [action, kind, what = ''] = line.split('\t');
  const set: Set<number | string> | undefined = {
    pid: pids,
    folder: folders,
    container: containers,
    network: networks,
  }[kind ?? ''];
  const item = kind === 'pid' ? Number(what) : what;
  if (action === 'hold') set?.add(item);
  else set?.delete(item);
}

for (const pid of pids) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
if (containers.size + networks.size > 0) {
  const { getContainerRuntimeClient } = await import('testcontainers');
  const client = await getContainerRuntimeClient();
  for (const id of containers) {
    await client.container
      .getById(id)
      .remove({ force: true, v: true })
      .catch(() => undefined);
  }
  for (const id of networks) {
    await client.network.remove(client.network.getById(id)).catch(() => undefined);
  }
}
