// Class data sharing: the JVM maps Kafka's classes as an earlier run has loaded them, and a broker starts in a third of
// the time.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from './free-ports.ts';
import { hold, release } from './guarded.ts';
import { serverProperties, toPropertiesFile } from './server-properties.ts';

const run = promisify(execFile);
const DEADLINE_MS = 90_000;

/**
 * Starts and stops a broker of its own, and keeps the classes it loaded.
 * Without the archive all works as well, later: what fails here fails nothing.
 * @param command the `java` to run
 * @param options what every broker is started with, the class path included; the archive fits no others
 */
export async function makeClassArchive(command: string, options: readonly string[], archive: string): Promise<void> {
  if (existsSync(archive)) return;
  const folder = await mkdtemp(join(tmpdir(), 'hubcast-kafka-'));
  hold('folder', folder);
  // Written aside and renamed when complete.
  const incoming = `${archive}.${process.pid}`;
  try {
    const file = join(folder, 'server.properties');
    await writeFile(file, toPropertiesFile(await properties(join(folder, 'data'))));
    const format = ['kafka.tools.StorageTool', 'format', '--cluster-id=ClassArchiveOfHubcast0', '--config', file];
    await run(command, [...options, ...format], { timeout: DEADLINE_MS });
    await startAndStop(spawn(command, [`-XX:ArchiveClassesAtExit=${incoming}`, ...options, 'kafka.Kafka', file]));
    await rename(incoming, archive);
  } catch (error) {
    process.stderr.write(`Brokers start slowly: no archive of their classes was made (${(error as Error).message}).\n`);
  } finally {
    await rm(incoming, { force: true });
    await rm(folder, { recursive: true, force: true });
    release('folder', folder);
  }
}

async function properties(logDir: string) {
  const [client = '', internal = '', controller = ''] = (await freePorts(3)).map((port) => `127.0.0.1:${port}`);
  const addresses = {
    client: { listen: client, advertised: client },
    internal: { listen: internal, advertised: internal },
    controllerListen: controller,
  };
  const shape = { controllers: [controller], replicationFactor: 1, minInSync: 1 };
  return serverProperties(1, addresses, shape, logDir, 'PLAINTEXT', {});
}

async function startAndStop(broker: ChildProcess): Promise<void> {
  const pid = Number(broker.pid);
  hold('pid', pid);
  const late = setTimeout(() => broker.kill('SIGKILL'), DEADLINE_MS);
  let said = '';
  const hear = (text: Buffer) => {
    said = said.slice(-1000) + text;
    if (said.includes('Kafka Server started')) broker.kill('SIGTERM');
  };
  broker.stdout?.on('data', hear);
  broker.stderr?.on('data', hear);
  await once(broker, 'exit');
  clearTimeout(late);
  release('pid', pid);
}
