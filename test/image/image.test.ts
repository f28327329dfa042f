/** The image, built and run for real where a Docker engine answers. */
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dockerEngine } from '../stores/kafka/broker/engine.ts';
import { startBroker } from '../stores/kafka/broker/start.ts';
import { buildImage, IMAGE, type RunningImage, type RunOptions, runImage } from './container.ts';

const BUILD_TIMEOUT_MS = 600_000;
const MAX_KIB_OVER_BASE = 200 * 1024;
const LOCK = JSON.parse(readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8')) as {
  readonly packages: Readonly<Record<string, { readonly version: string; readonly dev?: boolean }>>;
};
const EVENTS = ['node', '/app/bin/hubcast.js', 'events'];
const PAYLOAD = readFileSync(
  join(import.meta.dirname, '../fixtures/webhooks/phone_number_name_update/documented-rejected/payload.json'),
);
const SIGNATURE = `sha256=${createHmac('sha256', 'image-secret').update(PAYLOAD).digest('hex')}`;

const engine = await dockerEngine();
if (engine === null) process.stderr.write('SKIPPED the image: no Docker engine answers.\n');

(engine === null ? describe.skip : describe)('the image', () => {
  const docker = engine as NonNullable<typeof engine>;
  const volume = `hubcast-image-test-${process.pid}`;
  const env = { META_APP_SECRET: 'image-secret', META_VERIFY_TOKEN: 'image-token' };
  const running: RunningImage[] = [];
  const start = async (options: Partial<RunOptions> = { volume }): Promise<RunningImage> => {
    const started = await runImage(docker, { ...options, env: { ...env, ...options.env } });
    running.push(started);
    return started;
  };
  const post = async ({ url }: RunningImage): Promise<number> => {
    const headers = { 'x-hub-signature-256': SIGNATURE };
    return (await fetch(`${url}/webhook`, { method: 'POST', body: PAYLOAD, headers })).status;
  };

  beforeAll(buildImage, BUILD_TIMEOUT_MS);
  afterAll(async () => {
    for (const each of running) await each.close();
    await docker.container.dockerode.getVolume(volume).remove({ force: true });
  });

  it('is labelled, and starts hubcast itself as a user that is not root', async () => {
    const image = await docker.container.dockerode.getImage(IMAGE).inspect();
    expect(image.Config).toMatchObject({
      Entrypoint: ['node', '--disable-sigusr1', '/app/bin/hubcast.js'],
      Cmd: ['serve'],
      Healthcheck: { Test: ['CMD', 'node', '--disable-sigusr1', '-e', expect.stringContaining('/live')] },
      User: '10001:10001',
      Labels: { 'org.opencontainers.image.title': 'hubcast', 'org.opencontainers.image.licenses': 'Apache-2.0' },
    });
  });

  it('keeps a signed webhook on its volume, ends on SIGTERM with 0, and has it after the next start', async () => {
    const first = await start();
    expect(await post(first)).toBe(200);
    expect(await first.stop()).toBe(0);
    expect(await first.log()).toContain('"msg":"stopped"');

    const second = await start();
    const { code, output } = await second.exec([...EVENTS, '--from', 'start', '--limit', '1']);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('whatsapp.phone_number_name_update') });
  }, 60_000);

  it('adds little to its base', async () => {
    const { output } = await (running.at(-1) as RunningImage).exec(['du', '-sk', '/app', '/usr/local/bin/node']);
    const addedKib = [...output.matchAll(/^(\d+)\t/gm)].map(([, kib]) => Number(kib));
    expect(addedKib).toHaveLength(2);
    expect(addedKib.reduce((sum, kib) => sum + kib, 0)).toBeLessThan(MAX_KIB_OVER_BASE);
  });

  it('has a health check that works, and no package manager', async () => {
    const container = running.at(-1) as RunningImage;
    const [kind, ...command] = container.healthCheck;
    expect(kind).toBe('CMD');
    expect(await container.exec(command)).toMatchObject({ code: 0 });
    // What the shell finds of them, which is nothing.
    const { output } = await container.exec(['sh', '-c', 'command -v node npm npx yarn corepack curl']);
    expect(output.trim()).toBe('/usr/local/bin/node');
  });

  it('lists what is in it: the packages that the lock file has for production', async () => {
    const { output } = await (running.at(-1) as RunningImage).exec(['cat', '/app/sbom.cdx.json']);
    const { components } = JSON.parse(output) as { components: { name: string; version: string }[] };
    const locked = Object.entries(LOCK.packages).filter(([path, { dev }]) => path !== '' && dev !== true);
    const named = (name: string, version: string) => `${name}@${version}`;
    expect(new Set(components.map(({ name, version }) => named(name, version)))).toEqual(
      new Set(locked.map(([path, { version }]) => named(path.replace(/^.*node_modules\//, ''), version))),
    );
  });

  it('keeps a signed webhook in a Kafka of another container', async () => {
    const kafka = await startBroker();
    try {
      const ports = { PORT: '0', INTERNAL_PORT: '0', KAFKA_BROKERS: kafka.brokers.join(',') };
      const container = await start({ hostNetwork: true, env: ports });
      expect(await post(container)).toBe(200);
      const { output } = await container.exec([...EVENTS, '--from', 'start', '--limit', '1', '--format', 'json']);
      expect(output).toContain('"topic":"whatsapp.phone-numbers"');
      expect(await container.stop()).toBe(0);
    } finally {
      await kafka.close();
    }
  }, 120_000);
});
