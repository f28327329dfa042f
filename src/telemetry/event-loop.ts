/**
 * How late the event loop is: the one thread that reads, checks and answers every request. When it blocks, every request waits,
 * and no other metric shows the cause.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Delays within one completed window, in ms. */
export interface EventLoopDelay {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface EventLoopWatch {
  /** Delays of the last completed window; zeros before the first one. */
  readonly last: () => EventLoopDelay;
  /** For /ready. */
  readonly warnings: () => readonly string[];
  readonly close: () => void;
}

/** Sampling interval of Node's monitor, which records this interval plus the delay. */
const RESOLUTION_MS = 20;
const WINDOW_MS = 10_000;
const WARN_P99_MS = 100;
const NS_PER_MS = 1e6;

export function watchEventLoop(windowMs = WINDOW_MS): EventLoopWatch {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  let last: EventLoopDelay = { p50: 0, p99: 0, max: 0 };
  const toMs = (nanoseconds: number) => Math.max(0, nanoseconds / NS_PER_MS - RESOLUTION_MS);
  histogram.enable();
  const timer = setInterval(() => {
    if (histogram.count === 0) return;
    last = { p50: toMs(histogram.percentile(50)), p99: toMs(histogram.percentile(99)), max: toMs(histogram.max) };
    histogram.reset();
  }, windowMs);
  timer.unref();

  return {
    last: () => last,
    warnings() {
      if (last.p99 < WARN_P99_MS) return [];
      const [p99, max] = [last.p99, last.max].map(Math.round);
      return [
        `The event loop is late by ${p99} ms (p99, at most ${max} ms, of the last ${windowMs / 1000} s): the service lacks processor time. Give it a core of its own, or run more replicas.`,
      ];
    },
    close() {
      clearInterval(timer);
      histogram.disable();
    },
  };
}
