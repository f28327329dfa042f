import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { describeOwnKafka } from '../../../support/kafka.ts';
import { dockerEngine } from './engine.ts';
import type { KafkaNode } from './node.ts';

type Place = ReturnType<KafkaNode['place']>;

async function isGone(place: Place): Promise<boolean> {
  if ('container' in place) {
    const engine = await dockerEngine();
    const left = await engine?.container.dockerode.listContainers({ all: true });
    return left?.every(({ Id }) => Id !== place.container) ?? true;
  }
  try {
    process.kill(Number(place.pid), 0);
    return false;
  } catch {
    return !existsSync(place.folder);
  }
}

describeOwnKafka('a broker whose test run is killed', () => {
  it('is ended and removed by the guard', async () => {
    const start = JSON.stringify(join(import.meta.dirname, 'start.ts'));
    const script = `const { startBroker } = await import(${start}); console.log(JSON.stringify((await startBroker()).place()));`;
    const testRun = spawn(process.execPath, ['--input-type=module', '-e', `${script} setInterval(() => {}, 1e6);`], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [line] = (await once(createInterface({ input: testRun.stdout }), 'line')) as [string];
    const place = JSON.parse(line) as Place;
    expect(await isGone(place)).toBe(false);

    testRun.kill('SIGKILL');
    const deadline = Date.now() + 20_000;
    while (!(await isGone(place)) && Date.now() < deadline) await sleep(50);
    expect(await isGone(place)).toBe(true);
  }, 300_000);
});
