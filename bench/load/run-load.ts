import { performance } from 'node:perf_hooks';
import { type Connection, connect, type Target } from './connection.ts';
import { type LatencySummary, latencyRecorder } from './latency.ts';
import { startMetronome } from './metronome.ts';
import { closedLoop, openLoop } from './pacing.ts';

/**
 * Sends prepared requests over keep-alive connections, one in flight on each, and measures. Latency counts to the last byte of
 * the answer: in a closed loop from the moment of sending, in an open loop from the moment a request was meant to be sent.
 */
export interface LoadShape {
  readonly connections: number;
  readonly durationMs: number;
  /** Requests a second of an open loop; absent, the loop is closed. */
  readonly perSecond?: number;
}

export interface LoadResult {
  readonly answered: number;
  /** How often each HTTP status was the answer. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Requests whose connection broke before the answer. */
  readonly lost: number;
  /** Requests meant to be sent that had no answer when the wait for stragglers ended. */
  readonly unanswered: number;
  /** From the first request to the last answer. */
  readonly elapsedMs: number;
  readonly latencyMs: LatencySummary;
  /** Open loop only: how much later than meant requests went out, the generator's share and the queue's in the latency. */
  readonly sentLateMs?: LatencySummary;
  /** A closed loop had used up its requests before the time was over. */
  readonly ranOut: boolean;
  /** Processor time of the generator's process meanwhile. */
  readonly generatorCpuMs: number;
}

interface Lane {
  connection: Connection | null;
  /** From when the request in flight counts; null while there is none. */
  sinceMs: number | null;
}

const START_DELAY_MS = 100;

export async function runLoad(
  shape: LoadShape,
  requests: readonly Buffer[],
  target: Target,
  stragglersMs = 10_000,
): Promise<LoadResult> {
  const { connections, durationMs, perSecond } = shape;
  const latency = latencyRecorder();
  const sentLate = latencyRecorder();
  const statuses = new Map<number, number>();
  const lanes: Lane[] = Array.from({ length: connections }, () => ({ connection: null, sinceMs: null }));
  const idle: Lane[] = [];
  const ended = Promise.withResolvers<void>();
  let sent = 0;
  let lost = 0;
  let inFlight = 0;
  let lastAnswerMs = 0;
  let closing = false;

  const open = async (lane: Lane): Promise<void> => {
    lane.connection = await connect(target, {
      onAnswer: (status) => {
        const nowMs = performance.now();
        if (lane.sinceMs === null) return ended.reject(new Error(`An answer (${status}) came without a request.`));
        latency.record(nowMs - lane.sinceMs);
        lane.sinceMs = null;
        inFlight -= 1;
        lastAnswerMs = nowMs;
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        sendOrRest(lane, nowMs);
      },
      onUnreadable: ended.reject,
      onLost: () => {
        lane.connection = null;
        const index = idle.indexOf(lane);
        if (index >= 0) idle.splice(index, 1);
        if (lane.sinceMs !== null) {
          lane.sinceMs = null;
          lost += 1;
          inFlight -= 1;
        }
        if (!closing) reopen(lane);
      },
    });
  };
  const reopen = (lane: Lane): void => {
    open(lane).then(
      () => (closing ? lane.connection?.close() : sendOrRest(lane, performance.now())),
      (cause: Error) =>
        ended.reject(new Error(`The server takes no connections any more: ${cause.message}`, { cause })),
    );
  };

  await Promise.all(lanes.map(open));
  const startMs = performance.now() + (perSecond === undefined ? 0 : START_DELAY_MS);
  const pacing =
    perSecond === undefined
      ? closedLoop(startMs, durationMs, requests.length)
      : openLoop(startMs, durationMs, perSecond, requests.length);

  const sendOrRest = (lane: Lane, nowMs: number): void => {
    const sinceMs = lane.connection === null ? null : pacing.take(nowMs);
    const request = requests[sent];
    if (sinceMs === null || request === undefined) {
      idle.push(lane);
      if (inFlight === 0 && pacing.isOver(nowMs)) ended.resolve();
      return;
    }
    sent += 1;
    inFlight += 1;
    lane.sinceMs = sinceMs;
    if (perSecond !== undefined) sentLate.record(nowMs - sinceMs);
    lane.connection?.send(request);
  };
  const wake = (): void => {
    const nowMs = performance.now();
    for (let waiting = idle.length; waiting > 0; waiting -= 1) {
      const lane = idle.shift();
      if (lane === undefined) return;
      sendOrRest(lane, nowMs);
      // The lane that found nothing due is at the end of the queue again.
      if (lane.sinceMs === null) return;
    }
  };

  const cpuBefore = process.cpuUsage();
  const stragglers = setTimeout(ended.resolve, durationMs + START_DELAY_MS + stragglersMs);
  idle.push(...lanes);
  const stopMetronome = perSecond === undefined ? undefined : startMetronome(START_DELAY_MS, 1000 / perSecond, wake);
  if (stopMetronome === undefined) wake();
  try {
    await ended.promise;
  } finally {
    closing = true;
    clearTimeout(stragglers);
    await stopMetronome?.();
    for (const lane of lanes) lane.connection?.close();
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  const answered = latency.summary().count;
  const meant = perSecond === undefined ? sent : Math.floor((durationMs / 1000) * perSecond);
  return {
    answered,
    statuses: Object.fromEntries(statuses),
    lost,
    unanswered: meant - answered - lost,
    elapsedMs: Math.max(0, lastAnswerMs - startMs),
    latencyMs: latency.summary(),
    ...(perSecond === undefined ? {} : { sentLateMs: sentLate.summary() }),
    ranOut: sent >= requests.length && perSecond === undefined,
    generatorCpuMs: (user + system) / 1000,
  };
}
