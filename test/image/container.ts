// The image as the chart runs it: read-only root, no capabilities, events on a volume.
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { ContainerRuntimeClient } from 'testcontainers';
import { hold, release } from '../stores/kafka/broker/guarded.ts';

export const IMAGE = 'localhost/hubcast:test';
const ROOT = join(import.meta.dirname, '..', '..');
const READY_TIMEOUT_MS = 20_000;

/** With buildah where it is, because podman's Docker interface builds only where the kernel lets it. */
export function buildImage(): void {
  const buildah = spawnSync('buildah', ['--version'], { stdio: 'ignore' }).status === 0;
  const [program, ...args] = buildah
    ? ['buildah', 'bud', '--format', 'docker', '--isolation', 'chroot', '-t', IMAGE, '.']
    : ['docker', 'build', '-t', IMAGE, '.'];
  execFileSync(program as string, args, {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  });
}

export interface RunningImage {
  /** Of the public listener, as this machine reaches it. */
  readonly url: string;
  readonly healthCheck: readonly string[];
  readonly log: () => Promise<string>;
  /** Its exit code and output. */
  readonly exec: (command: readonly string[]) => Promise<{ readonly code: number; readonly output: string }>;
  /** SIGTERM, and its exit code. */
  readonly stop: () => Promise<number>;
  readonly close: () => Promise<void>;
}

export interface RunOptions {
  readonly env: Readonly<Record<string, string>>;
  /** For /data; an anonymous one else. */
  readonly volume?: string;
  /** This machine's own network, in which `env` must give free ports; else a published port of the engine's network. */
  readonly hostNetwork?: true;
}

export async function runImage(engine: ContainerRuntimeClient, options: RunOptions): Promise<RunningImage> {
  const { LABEL_TESTCONTAINERS_SESSION_ID, getReaper } = await import('testcontainers');
  const { sessionId } = await getReaper(engine);
  const container = await engine.container.create({
    Image: IMAGE,
    Labels: { [LABEL_TESTCONTAINERS_SESSION_ID]: sessionId },
    Env: Object.entries(options.env).map(([name, value]) => `${name}=${value}`),
    ExposedPorts: { '8080/tcp': {} },
    HostConfig: {
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      ...(options.volume !== undefined && { Binds: [`${options.volume}:/data`] }),
      ...(options.hostNetwork
        ? { NetworkMode: 'host' }
        : { PortBindings: { '8080/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }] } }),
    },
  });
  hold('container', container.id);

  const running: RunningImage = {
    url: '',
    healthCheck: [],
    async log() {
      const log = await container.logs({ stdout: true, stderr: true });
      // Each piece begins with a binary header that says its stream and length.
      return log.toString('utf8').replaceAll(/[^\n\t\x20-\x7e]+/g, '');
    },
    async exec(command) {
      const { exitCode, output } = await engine.container.exec(container, [...command]);
      return { code: exitCode, output };
    },
    async stop() {
      await container.stop({ t: 30 });
      return (await container.inspect()).State.ExitCode;
    },
    async close() {
      await container.remove({ force: true, v: true });
      release('container', container.id);
    },
  };

  try {
    await container.start();
    const deadline = Date.now() + READY_TIMEOUT_MS;
    while (!(await running.log()).includes('"msg":"ready"')) {
      if (Date.now() > deadline) throw new Error(`The image was not ready in time. Its log:\n${await running.log()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const { NetworkSettings, Config } = await container.inspect();
    const [binding] = NetworkSettings.Ports['8080/tcp'] ?? [];
    const said = /"public":"http:..0.0.0.0:(\d+)"/.exec(await running.log())?.[1];
    return {
      ...running,
      url: `http://127.0.0.1:${options.hostNetwork ? said : binding?.HostPort}`,
      healthCheck: (Config as { Healthcheck?: { Test: string[] } }).Healthcheck?.Test ?? [],
    };
  } catch (error) {
    await running.close();
    throw error;
  }
}
