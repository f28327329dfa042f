/**
 * Sends webhooks as Meta does: many connections at once, again after anything but a 200, sometimes twice. Every 200 becomes an
 * obligation. One thread sees all sends and answers, so their order is known exactly.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, connect, type Target } from '../../bench/load/connection.ts';
import { toHttpRequest } from '../../bench/load/requests.ts';
import type { Random } from '../../src/sdk/testing/seeded-random.ts';
import type { Bodies, Item } from './bodies.ts';

export interface Obligation {
  readonly items: readonly Item[];
  /** Place of the first sending among all sends and answers of the run. */
  readonly sent: number;
  /** Place of the first 200; null while there was none. */
  acked: number | null;
  /** The same on the clock of `performance.now()`. */
  ackedMs: number | null;
  /** Lives of the instances that it was sent to. */
  readonly lives: Set<string>;
  /** It was in flight when a write may have failed, so that its records may be stored twice: there was no quick 200. */
  exposed: boolean;
}

export interface SenderCounts {
  requests: number;
  ok: number;
  unavailable: number;
  lost: number;
  readonly others: Map<number, number>;
}

export interface Sender {
  readonly obligations: readonly Obligation[];
  readonly counts: SenderCounts;
  /** The service was started again. */
  readonly newLife: () => void;
  /** Whether something is broken on purpose now. */
  readonly broken: (now: boolean) => void;
  /** No new request until `resume`; resolves when those under way are answered or given up. */
  readonly pause: () => Promise<void>;
  readonly resume: () => void;
  /** Resolves with how long it took until a 200 came. */
  readonly nextOk: (withinMs: number) => Promise<number>;
  /** What was begun is delivered until it has its 200, for so long at most. */
  readonly finish: (withinMs: number) => Promise<void>;
}

export interface SenderOptions {
  /** Instances of the service. A connection goes on to the next one when its own is gone, as a load balancer would. */
  readonly targets: readonly Target[];
  readonly secret: string;
  readonly lanes: number;
  /** Between a 200 and the next request of a connection, on average. */
  readonly thinkMs: number;
  readonly bodies: Bodies;
  readonly random: Random;
  /** What has its 200 within so long was written once, although something is broken. */
  readonly writtenOnceMs: number;
}

/** Where nothing is broken, a write fails only when it takes too long: 0.45 of WRITE_TIMEOUT_MS. */
const WRITTEN_ONCE_IN_PEACE_MS = 500;
const ANSWER_TIMEOUT_MS = 15_000;
const REPEATED = 0.03;
const REDELIVERY_MS = 150;

export function startSender(options: SenderOptions): Sender {
  const { bodies, random, lanes, thinkMs } = options;
  const obligations: Obligation[] = [];
  const counts: SenderCounts = { requests: 0, ok: 0, unavailable: 0, lost: 0, others: new Map() };
  let tick = 0;
  let life = 0;
  // Topics that were made a moment ago may fail too.
  let isBroken = true;
  let lastBrokenMs = Number.NEGATIVE_INFINITY;
  let finishing = false;
  let giveUp = false;
  let gate: PromiseWithResolvers<void> | undefined;
  let underWay = 0;
  let onOk: (() => void)[] = [];

  async function deliver(lane: Lane, request: string, obligation: Obligation): Promise<boolean> {
    obligation.lives.add(`${lane.at()}:${life}`);
    underWay += 1;
    counts.requests += 1;
    const startedMs = performance.now();
    const status = await lane.post(request);
    const tookMs = performance.now() - startedMs;
    underWay -= 1;
    tick += 1;
    const ok = status === 200;
    const inPeace = !isBroken && lastBrokenMs < startedMs;
    if (!ok || tookMs > (inPeace ? WRITTEN_ONCE_IN_PEACE_MS : options.writtenOnceMs)) obligation.exposed = true;
    if (ok) {
      counts.ok += 1;
      obligation.acked ??= tick;
      obligation.ackedMs ??= performance.now();
      for (const told of onOk.splice(0)) told();
    } else if (status === 503) counts.unavailable += 1;
    else if (status === null) counts.lost += 1;
    else counts.others.set(status, (counts.others.get(status) ?? 0) + 1);
    return ok;
  }

  async function runLane(index: number): Promise<void> {
    const lane = openLane(options.targets, index);
    while (!finishing) {
      await gate?.promise;
      if (finishing) break;
      const body = bodies.next(index);
      const request = toHttpRequest(body.text, options.secret);
      tick += 1;
      const obligation: Obligation = {
        items: body.items,
        sent: tick,
        acked: null,
        ackedMs: null,
        lives: new Set(),
        exposed: false,
      };
      obligations.push(obligation);
      while (!(await deliver(lane, request, obligation)) && !giveUp) {
        await sleep(REDELIVERY_MS * (0.5 + random()));
        // A paused sender starts nothing, not even a redelivery.
        await gate?.promise;
      }
      if (random() < REPEATED && !giveUp) await deliver(lane, request, obligation);
      await sleep(2 * thinkMs * random());
    }
    lane.close();
  }

  const running = Array.from({ length: lanes }, (_, index) => runLane(index));

  return {
    obligations,
    counts,
    newLife() {
      life += 1;
    },
    broken(now) {
      isBroken = now;
      if (!now) lastBrokenMs = performance.now();
    },
    async pause() {
      gate ??= Promise.withResolvers();
      while (underWay > 0) await sleep(5);
    },
    resume() {
      gate?.resolve();
      gate = undefined;
    },
    async nextOk(withinMs) {
      const startedMs = performance.now();
      const came = new Promise<void>((resolve) => onOk.push(resolve));
      const stop = new AbortController();
      const late = sleep(withinMs, undefined, { signal: stop.signal }).catch(() => undefined);
      await Promise.race([came, late]);
      stop.abort();
      return performance.now() - startedMs;
    },
    async finish(withinMs) {
      finishing = true;
      gate?.resolve();
      gate = undefined;
      const late = setTimeout(() => {
        giveUp = true;
      }, withinMs);
      await Promise.all(running);
      clearTimeout(late);
      onOk = [];
    },
  };
}

interface Lane {
  /** The number of the instance that gets the next request. */
  readonly at: () => number;
  /** @returns the status; null when the connection broke before an answer, or none came in time */
  readonly post: (request: string) => Promise<number | null>;
  readonly close: () => void;
}

function openLane(targets: readonly Target[], index: number): Lane {
  let at = index % targets.length;
  let connection: Connection | undefined;
  let answered: ((status: number | null) => void) | undefined;
  const settle = (status: number | null) => {
    const told = answered;
    answered = undefined;
    told?.(status);
  };
  const lose = () => {
    connection = undefined;
    at = (at + 1) % targets.length;
    settle(null);
  };
  return {
    at: () => at,
    async post(request) {
      try {
        const target = targets[at] as Target;
        connection ??= await connect(target, { onAnswer: settle, onLost: lose, onUnreadable: lose });
      } catch {
        at = (at + 1) % targets.length;
        return null;
      }
      const { promise, resolve } = Promise.withResolvers<number | null>();
      answered = resolve;
      const late = setTimeout(() => {
        connection?.close();
        lose();
      }, ANSWER_TIMEOUT_MS);
      connection.send(Buffer.from(request));
      const status = await promise;
      clearTimeout(late);
      return status;
    },
    close: () => connection?.close(),
  };
}
