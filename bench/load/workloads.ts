import { type BodyOrder, nameUpdate, ofADay, statuses } from './bodies.ts';
import { LOOKED_UP } from './looked-up.ts';

/** What is sent, as data: what a request holds, and the answer that counts as served. */
export interface Workload {
  /** Null has no body: the handshake, or a GET of `path`. */
  readonly body: ((order: BodyOrder) => string) | null;
  readonly path?: string;
  /** Updates in a body. */
  readonly updates: number;
  readonly answer: 200 | 401;
  /** The signature is somebody else's. */
  readonly forged?: true;
  /** More than any server here answers in a second, for the first guess of how many requests a round needs. */
  readonly atMostPerSecond: number;
}

export const WORKLOADS = {
  'name-update': { body: nameUpdate, updates: 1, answer: 200, atMostPerSecond: 60_000 },
  'statuses-10': { body: (order) => statuses(order, 10), updates: 10, answer: 200, atMostPerSecond: 10_000 },
  'statuses-1000': { body: (order) => statuses(order, 1000), updates: 1000, answer: 200, atMostPerSecond: 200 },
  day: { body: ofADay, updates: 1, answer: 200, atMostPerSecond: 40_000 },
  forged: { body: nameUpdate, updates: 0, answer: 401, forged: true, atMostPerSecond: 60_000 },
  'look-up': {
    body: null,
    path: `/phone-numbers/${LOOKED_UP.id}`,
    updates: 0,
    answer: 200,
    atMostPerSecond: 60_000,
  },
  handshake: { body: null, updates: 0, answer: 200, atMostPerSecond: 60_000 },
} as const satisfies Record<string, Workload>;

export type WorkloadName = keyof typeof WORKLOADS;
