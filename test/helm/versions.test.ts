/** What is released together carries one version. Needs neither helm nor docker. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { KAFKA_IMAGE } from '../stores/kafka/broker/engine.ts';
import { KUBERNETES_VERSION, ROOT } from './tools.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const { version } = JSON.parse(read('package.json')) as { version: string };

describe('the version', () => {
  it('is the same for package, lock file, chart and image', () => {
    const chart = read('helm/Chart.yaml');
    expect(JSON.parse(read('package-lock.json')).version).toBe(version);
    expect(/^version: (.+)$/m.exec(chart)?.[1]).toBe(version);
    expect(/^ARG VERSION=(.+)$/m.exec(read('Dockerfile'))?.[1]).toBe(version);
    expect(/^appVersion: "(.+)"$/m.exec(chart)?.[1]).toBe(version);
  });

  it('is the newest of the changelog, above which only what is unreleased stands', () => {
    const headings = [...read('CHANGELOG.md').matchAll(/^## \[?([^\]\s]+)\]?/gm)].map(([, heading]) => heading);
    const released = headings.filter((heading) => heading !== 'Unreleased');
    expect(headings.indexOf('Unreleased')).toBeLessThanOrEqual(0);
    // Before the first release there is nothing to compare with.
    if (released.length > 0) expect(released[0]).toBe(version);
  });
});

describe('compose.yaml', () => {
  it('runs the Kafka that the tests run', () => {
    expect(/image: (apache\/kafka:\S+)/.exec(read('compose.yaml'))?.[1]).toBe(KAFKA_IMAGE);
  });

  it('mounts files that are there', () => {
    const mounted = [...read('compose.yaml').matchAll(/- \.\/(\S+?):\S+:ro$/gm)].map(([, path = '']) => path);
    expect(mounted).toHaveLength(4);
    expect(mounted.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

describe('the workflows', () => {
  const workflows = ['ci', 'release'].map((name) => read(`.github/workflows/${name}.yml`)).join('\n');

  it('validate the chart for the Kubernetes that the renders are for', () => {
    const versions = [...workflows.matchAll(/-?-kube(?:rnetes)?-version (\S+)/g)].map(([, given]) => given);
    expect(versions).toEqual([KUBERNETES_VERSION, KUBERNETES_VERSION]);
  });

  it('run scripts that are there', () => {
    const { scripts } = JSON.parse(read('package.json'));
    for (const [, name = ''] of workflows.matchAll(/npm run (?:-s )?([a-z]+)/g)) expect(scripts).toHaveProperty(name);
    expect(workflows).toContain('- run: .ci/run\n');
    expect(existsSync(join(ROOT, '.ci/run'))).toBe(true);
  });

  it('pin every action by its commit, and name its version beside it', () => {
    const used = [...workflows.matchAll(/\buses: (\S+)(.*)$/gm)].filter(([, action = '']) => !action.startsWith('./'));
    expect(used.length).toBeGreaterThan(5);
    for (const [line] of used) expect(line).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('attest every file of a release before it is published', () => {
    const release = read('.github/workflows/release.yml');
    const [, attested = ''] =
      /attest-build-provenance@.*\n.*\n +subject-path: \|\n((?: {12}\S+\n)+)/.exec(release) ?? [];
    const [, published = ''] = /gh release create .* notes\.md (.+)$/m.exec(release) ?? [];
    expect(attested.trim().split(/\s+/)).toEqual(published.split(' '));
    expect(release.indexOf('attest-build-provenance@')).toBeLessThan(release.indexOf('gh release create'));
    expect(release).toContain('id-token: write, attestations: write');
  });

  it('build images from the digests of their bases', () => {
    const bases = [...read('Dockerfile').matchAll(/^ARG (\w+_IMAGE)=/gm)].map(([, name]) => name);
    const pinned = [...read('.github/base-images').matchAll(/^(\w+)=\S+@sha256:[0-9a-f]{64}$/gm)].map(
      ([, name]) => name,
    );
    expect(pinned).toEqual(bases);
    const builds = workflows.split('\n').filter((line) => line.includes('docker build'));
    expect(builds).toHaveLength(2);
    for (const line of builds) expect(line).toContain(' .github/base-images');
  });
});
