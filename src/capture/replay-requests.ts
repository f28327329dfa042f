/**
 * Sends captured requests again: at their own distances, at a fixed rate or as fast as the answers come, several at once.
 * Requests that share a key of their events wait for each other, so that the order within a key stays.
 */
import { pause } from '../core/time-out.ts';
import type { ReadLine } from './capture-file.ts';
import { type CapturedRequest, eventsOf } from './captured-request.ts';

export interface ReplayRequestsOptions {
  /** @throws when there is no answer */
  readonly send: (request: CapturedRequest) => Promise<{ readonly status: number }>;
  readonly speed: Speed;
  /** Requests under way at once. */
  readonly concurrency: number;
  /** Bad lines are left out, and requests without an answer counted, instead of ending it. */
  readonly keepGoing: boolean;
  /** Told of each bad line. */
  readonly onBadLine: (line: number, problem: string) => void;
  /** Told of each answer. */
  readonly onProgress: (summary: ReplaySummary) => void;
  readonly signal: AbortSignal;
  /** A monotonic clock in ms. */
  readonly now: () => number;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

export type Speed = 'original' | 'full' | { readonly perSecond: number };

export interface ReplaySummary {
  /** Requests sent. */
  sent: number;
  /** By status. */
  readonly answers: Record<string, number>;
  unanswered: number;
  badLines: number;
  /** Why it ended before the file did. */
  stopped: 'bad_line' | 'unanswered' | 'signal' | null;
  /** The last failure to reach the receiver. */
  lastError: string | null;
}

export async function replayRequests(
  lines: AsyncIterable<ReadLine>,
  options: ReplayRequestsOptions,
): Promise<ReplaySummary> {
  const { concurrency, keepGoing, signal, now } = options;
  const sleep = options.sleep ?? pause;
  const summary: ReplaySummary = { sent: 0, answers: {}, unanswered: 0, badLines: 0, stopped: null, lastError: null };
  const underWay = new Set<Promise<void>>();
  /** The last request of each key that is under way. */
  const lanes = new Map<string, Promise<void>>();
  const startedMs = now();
  let firstMs: number | null = null;
  let begun = 0;

  const sendOne = async (request: CapturedRequest, before: readonly Promise<void>[]) => {
    await Promise.all(before);
    if (summary.stopped !== null) return;
    summary.sent += 1;
    try {
      const { status } = await options.send(request);
      summary.answers[status] = (summary.answers[status] ?? 0) + 1;
    } catch (error) {
      summary.unanswered += 1;
      summary.lastError = error instanceof Error ? error.message : String(error);
      if (!keepGoing) summary.stopped ??= 'unanswered';
    }
    options.onProgress(summary);
  };

  for await (const read of lines) {
    if (signal.aborted) summary.stopped ??= 'signal';
    if (summary.stopped !== null) break;
    if ('problem' in read) {
      summary.badLines += 1;
      options.onBadLine(read.line, read.problem);
      if (keepGoing) continue;
      summary.stopped = 'bad_line';
      break;
    }
    const { request } = read;
    firstMs ??= request.receivedMs;
    const waitMs = startedMs + dueMs(options.speed, request.receivedMs - firstMs, begun) - now();
    if (waitMs > 0) await sleep(waitMs, signal);
    while (underWay.size >= concurrency) await Promise.race(underWay);
    if (signal.aborted) continue;
    const keys = concurrency === 1 ? [] : [...new Set(eventsOf(request).map(({ family, key }) => `${family} ${key}`))];
    const before = keys.flatMap((key) => lanes.get(key) ?? []);
    const sending = sendOne(request, before).then(() => {
      underWay.delete(sending);
      for (const key of keys) if (lanes.get(key) === sending) lanes.delete(key);
    });
    for (const key of keys) lanes.set(key, sending);
    underWay.add(sending);
    begun += 1;
  }
  await Promise.all(underWay);
  if (signal.aborted) summary.stopped ??= 'signal';
  return summary;
}

/** When a request is due, in ms since the first one. */
function dueMs(speed: Speed, originalMs: number, index: number): number {
  if (speed === 'full') return 0;
  return speed === 'original' ? originalMs : (index * 1000) / speed.perSecond;
}
