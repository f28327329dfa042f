import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { ReadLine } from '../../src/capture/capture-file.ts';
import type { CapturedRequest } from '../../src/capture/captured-request.ts';
import { type ReplayRequestsOptions, replayRequests } from '../../src/capture/replay-requests.ts';
import { batchOf } from '../../src/sdk/testing/batch-of.ts';

/** Requests about `keys` different numbers in turn. */
function requests(count: number, keys: number): CapturedRequest[] {
  return Array.from({ length: count }, (_, index) => ({
    receivedMs: 1_750_000_000_000 + index * 1000,
    deliveryId: String(index),
    app: 'main',
    headers: {},
    body: new TextEncoder().encode(batchOf(1).replaceAll('15550783881', `1555000000${index % keys}`)),
  }));
}

async function* linesOf(all: readonly CapturedRequest[], bad: readonly number[] = []): AsyncGenerator<ReadLine> {
  for (const [index, request] of all.entries()) {
    yield bad.includes(index) ? { line: index + 1, problem: 'is not JSON' } : { line: index + 1, request };
  }
}

const options = (more: Partial<ReplayRequestsOptions>): ReplayRequestsOptions => ({
  send: async () => ({ status: 200 }),
  speed: 'full',
  concurrency: 4,
  keepGoing: false,
  onBadLine: () => undefined,
  onProgress: () => undefined,
  signal: new AbortController().signal,
  now: () => performance.now(),
  ...more,
});

describe('replay', () => {
  it('has so many requests under way at once, and those of one key never beside or before each other', async () => {
    const all = requests(60, 3);
    const done: number[][] = [[], [], []];
    let underWay = 0;
    let most = 0;
    const send = async ({ deliveryId }: CapturedRequest) => {
      const index = Number(deliveryId);
      underWay += 1;
      most = Math.max(most, underWay);
      // The earlier ones take longer.
      await sleep((60 - index) % 7);
      underWay -= 1;
      done[index % 3]?.push(index);
      return { status: 200 };
    };
    const summary = await replayRequests(linesOf(all), options({ send }));
    expect(summary).toMatchObject({ sent: 60, answers: { 200: 60 }, stopped: null });
    expect(done).toEqual([0, 1, 2].map((key) => Array.from({ length: 20 }, (_, index) => index * 3 + key)));
    expect(most).toBe(3);
  });

  it.each([
    ['original', 'original' as const, [0, 1000, 2000, 3000]],
    ['a fixed rate', { perSecond: 4 }, [0, 250, 500, 750]],
    ['full', 'full' as const, [0, 0, 0, 0]],
  ])('keeps to %s speed', async (_, speed, expected) => {
    let clock = 0;
    const sentAt: number[] = [];
    const send = async () => {
      sentAt.push(clock);
      return { status: 200 };
    };
    const pause = async (ms: number) => {
      clock += ms;
    };
    await replayRequests(
      linesOf(requests(4, 4)),
      options({ speed, send, now: () => clock, sleep: pause, concurrency: 1 }),
    );
    expect(sentAt).toEqual(expected);
  });

  it('ends at a bad line, or counts it and goes on when asked', async () => {
    const bad: number[] = [];
    const onBadLine = (line: number) => bad.push(line);
    const ended = await replayRequests(linesOf(requests(5, 5), [2]), options({ onBadLine }));
    expect(ended).toMatchObject({ sent: 2, answers: { 200: 2 }, badLines: 1, stopped: 'bad_line' });
    const whole = await replayRequests(linesOf(requests(5, 5), [2]), options({ onBadLine, keepGoing: true }));
    expect(whole).toMatchObject({ sent: 4, answers: { 200: 4 }, badLines: 1, stopped: null });
    expect(bad).toEqual([3, 3]);
  });

  it('ends when nobody answers, or counts that when asked; another answer than 200 is counted', async () => {
    const send = async ({ deliveryId }: CapturedRequest) => {
      if (deliveryId === '1') throw new Error('connect ECONNREFUSED');
      return { status: deliveryId === '2' ? 503 : 200 };
    };
    const ended = await replayRequests(linesOf(requests(50, 1)), options({ send }));
    expect(ended).toMatchObject({ sent: 2, unanswered: 1, stopped: 'unanswered', lastError: 'connect ECONNREFUSED' });
    const whole = await replayRequests(linesOf(requests(5, 1)), options({ send, keepGoing: true }));
    expect(whole).toMatchObject({ sent: 5, answers: { 200: 3, 503: 1 }, unanswered: 1, stopped: null });
  });

  it('ends with a signal, after what is under way', async () => {
    const stop = new AbortController();
    const send = async ({ deliveryId }: CapturedRequest) => {
      if (deliveryId === '3') stop.abort();
      return { status: 200 };
    };
    const summary = await replayRequests(
      linesOf(requests(50, 1)),
      options({ send, signal: stop.signal, concurrency: 1 }),
    );
    expect(summary).toMatchObject({ sent: 4, stopped: 'signal' });
  });
});
