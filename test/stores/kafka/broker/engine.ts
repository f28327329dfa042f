// The Docker engine, through testcontainers, which knows where engines hide and how to log in to registries.
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ContainerRuntimeClient } from 'testcontainers';
import { KAFKA_VERSION } from './kafka-version.ts';

export const KAFKA_IMAGE = `apache/kafka:${KAFKA_VERSION}`;

const SOCKETS = [
  '/var/run/docker.sock',
  ...['run', 'desktop'].map((folder) => join(homedir(), '.docker', folder, 'docker.sock')),
  ...[process.env.XDG_RUNTIME_DIR, `/run/user/${process.getuid?.()}`].map((folder) =>
    join(folder ?? '/', 'docker.sock'),
  ),
];

/** The engine's client, or null where none answers. */
export async function dockerEngine(): Promise<ContainerRuntimeClient | null> {
  const { DOCKER_HOST, TESTCONTAINERS_HOST } = process.env;
  const mayBeThere = [...SOCKETS, join(homedir(), '.testcontainers.properties')].some((path) => existsSync(path));
  // Loading testcontainers takes half a second, which machines without Docker should not pay.
  if (!DOCKER_HOST && !TESTCONTAINERS_HOST && !mayBeThere && process.platform !== 'win32') return null;
  const { getContainerRuntimeClient } = await import('testcontainers');
  return getContainerRuntimeClient().catch(() => null);
}

/** Resolves when the image is there, pulled if need be. */
export async function pullKafkaImage(engine: ContainerRuntimeClient): Promise<void> {
  const { ImageName } = await import('testcontainers');
  const name = ImageName.fromString(KAFKA_IMAGE);
  await engine.image.pull(name);
  // Some engines report a failed pull inside an answer that looks like success.
  if (!(await engine.image.exists(name))) throw new Error('no registry gave it');
}
