/**
 * What the limits of the public listener shed: requests, bodies and connections. Counted for /metrics, logged once a second,
 * and shown in /ready for a while, because rejected senders cannot report it.
 */
import type { Logger } from '../core/log.ts';

export const SHED = [
  'request_rejected',
  'body_evicted',
  'connection_refused',
  'idle_connection_closed',
  'stalled_connection_closed',
] as const;

export type Shed = (typeof SHED)[number];
export type ShedCounts = Readonly<Record<Shed, number>>;

export interface LoadShedding {
  readonly counts: ShedCounts;
  readonly connections: () => number;
  readonly requestRejected: () => void;
  readonly bodyEvicted: () => void;
  readonly connectionOpened: () => void;
  readonly connectionClosed: () => void;
  readonly connectionRefused: () => void;
  readonly connectionsShed: (idle: number, stalled: number) => void;
  /** For /ready. */
  readonly warnings: () => readonly string[];
}

const LINE_INTERVAL_MS = 1000;
const WARN_FOR_MS = 60_000;

const LIMITS = {
  requests: {
    message: 'requests are rejected: a limit of what is in flight is reached',
    fix: 'Look at the store first: a slow store fills MAX_IN_FLIGHT_REQUESTS. Evicted bodies came too slowly: limit senders in front.',
    kinds: ['request_rejected', 'body_evicted'],
  },
  connections: {
    message: 'connections are closed or refused: MAX_CONNECTIONS is reached',
    fix: 'Meta needs some hundred connections. Limit connections per address in front of hubcast, or raise MAX_CONNECTIONS.',
    kinds: ['connection_refused', 'idle_connection_closed', 'stalled_connection_closed'],
  },
} as const satisfies Record<string, { message: string; fix: string; kinds: readonly Shed[] }>;

/** @param now a monotonic clock in ms */
export function watchLoadShedding(log: Logger, now: () => number = () => performance.now()): LoadShedding {
  const counts = Object.fromEntries(SHED.map((kind) => [kind, 0])) as Record<Shed, number>;
  const requests = createTeller(LIMITS.requests);
  const connections = createTeller(LIMITS.connections);
  let open = 0;

  /** Logs one line per second while the listener sheds load, with the counts of that second. */
  function createTeller({ message, fix, kinds }: (typeof LIMITS)[keyof typeof LIMITS]) {
    const told = { ...counts };
    let lastMs = Number.NEGATIVE_INFINITY;
    let waiting = false;
    const tell = () => {
      waiting = false;
      const since: Partial<Record<Shed, number>> = {};
      for (const kind of kinds) {
        since[kind] = counts[kind] - told[kind];
        told[kind] = counts[kind];
      }
      log.warn({ ...since, fix }, message);
    };
    return {
      shed(kind: Shed, count = 1) {
        counts[kind] += count;
        lastMs = now();
        if (waiting) return;
        waiting = true;
        setTimeout(tell, LINE_INTERVAL_MS).unref();
      },
      warnings() {
        const agoMs = now() - lastMs;
        if (agoMs > WARN_FOR_MS) return [];
        const sums = kinds.map((kind) => `${counts[kind]} ${kind}`).join(', ');
        return [`${Math.round(agoMs / 1000)} s ago ${message} (since the start: ${sums}). ${fix}`];
      },
    };
  }

  return {
    counts,
    connections: () => open,
    requestRejected: () => requests.shed('request_rejected'),
    bodyEvicted: () => requests.shed('body_evicted'),
    connectionOpened() {
      open += 1;
    },
    connectionClosed() {
      open -= 1;
    },
    connectionRefused: () => connections.shed('connection_refused'),
    connectionsShed(idle, stalled) {
      connections.shed('idle_connection_closed', idle);
      connections.shed('stalled_connection_closed', stalled);
    },
    warnings: () => [...requests.warnings(), ...connections.warnings()],
  };
}
