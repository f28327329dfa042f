/** A worker that no longer answers is killed, and its place is filled again. Time is the test's own. */
import type { Worker } from 'node:cluster';
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import type { ToWorker } from '../../src/cluster/channel-messages.ts';
import { SupervisedWorker } from '../../src/cluster/supervised-worker.ts';
import { createLog } from '../../src/core/log.ts';

const forked: FakeWorker[] = [];

/** As node:cluster makes it, without a process. The first one answers, the next ones are silent at first. */
class FakeWorker extends EventEmitter {
  silent = forked.length > 0;
  readonly process = {
    pid: 7,
    kill: (signal: string) => {
      this.emit('exit', null, signal);
    },
  };
  isConnected = () => true;
  send(message: ToWorker): void {
    if (message.kind !== 'ask' || this.silent) return;
    const answer = message.question === 'readiness' ? { ready: true } : [];
    void Promise.resolve().then(() => this.emit('message', { kind: 'answer', id: message.id, answer }));
  }
  listen(): void {
    this.emit('message', { kind: 'listening', url: 'http://127.0.0.1:8080' });
  }
}

const lines: string[] = [];
let worker: SupervisedWorker;

beforeEach(async () => {
  jest.useFakeTimers();
  worker = new SupervisedWorker({
    number: 1,
    fork() {
      const fake = new FakeWorker();
      forked.push(fake);
      return fake as unknown as Worker;
    },
    onPublished: () => undefined,
    onEnd: () => undefined,
    now: () => performance.now(),
    log: createLog('error', { write: (line: string) => void lines.push(line) }),
  });
  forked[0]?.listen();
  await worker.listening;
});

afterEach(async () => {
  const ended = worker.stop();
  forked.at(-1)?.emit('exit', 0, null);
  await ended;
  jest.useRealTimers();
  forked.splice(0);
  lines.splice(0);
});

const seconds = (count: number) => jest.advanceTimersByTimeAsync(count * 1000);

it('keeps its last answer while the next one is late, and is not ready when more are missing', async () => {
  await seconds(2);
  const [first] = forked as [FakeWorker];
  first.silent = true;
  await seconds(4);
  const late = worker.readiness();
  await seconds(1);
  expect(await late).toEqual({ ready: true });
  await seconds(3);
  const silent = worker.readiness();
  await seconds(1);
  expect(await silent).toEqual({ ready: false, reason: 'It did not answer for 5 s.' });
});

it('is killed after 30 pulses without an answer, started again, and away until it is ready', async () => {
  await seconds(1);
  const [first] = forked as [FakeWorker];
  first.silent = true;
  await seconds(29);
  expect(forked).toHaveLength(1);
  await seconds(3);
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual([
    'a worker did not answer for 30 s; it is killed',
    'a worker ended; it is started again',
  ]);
  expect(forked).toHaveLength(2);
  const [, second] = forked as [FakeWorker, FakeWorker];
  const away = worker.readiness();
  await seconds(1);
  expect(await away).toBeNull();
  second.silent = false;
  expect(await worker.readiness()).toEqual({ ready: true });
});

it('waits longer before each new start of a process that keeps ending', async () => {
  const startsAfterMs: number[] = [];
  for (let ended = 0; ended < 4; ended += 1) {
    const count = forked.length;
    const atMs = performance.now();
    forked.at(-1)?.emit('exit', 1, null);
    while (forked.length === count) await jest.advanceTimersByTimeAsync(50);
    startsAfterMs.push(performance.now() - atMs);
  }
  expect(startsAfterMs).toEqual([250, 500, 1000, 2000]);
});
