/**
 * A small Meta: the handshake first, then webhooks as the real one delivers them. Several at once, in no certain order,
 * some twice although they were answered with 200, and again what was not, at once and then with growing delays
 * (WhatsApp > Webhooks > Overview).
 */
import { setTimeout as sleepFor } from 'node:timers/promises';
import { createBackoff } from '../../core/backoff.ts';
import { type Answer, sendHandshake, sendTo } from '../../webhook/send.ts';
import type { Payload } from '../../webhook/sign.ts';
import { type Random, reordered, seededRandom } from './seeded-random.ts';
import { createSlots, type Slots } from './slots.ts';

export interface FakeMetaOptions {
  /** The callback URL. */
  readonly url: string;
  /** The App Secret. */
  readonly secret: string;
  readonly verifyToken: string;
  /** The same seed, the same order, duplicates and delays. */
  readonly seed?: number;
  /** Requests at once. */
  readonly concurrency?: number;
  /** How many of what was answered with 200 come again: 0 to 1. */
  readonly duplicateRate?: number;
  /** How many webhooks another may overtake; 0 keeps the order of sending. */
  readonly reorderWithin?: number;
  readonly retry?: { readonly firstDelayMs?: number; readonly factor?: number; readonly maxAttempts?: number };
  /** A request without an answer by then has failed. */
  readonly timeoutMs?: number;
  readonly fetch?: typeof fetch;
  readonly sleep?: (ms: number) => Promise<unknown>;
}

export interface DeliveryReport {
  /** Webhooks answered with 200. */
  readonly delivered: number;
  /** POSTs in all. */
  readonly attempts: number;
  /** POSTs of what was answered with 200 before. */
  readonly duplicates: number;
  /** Webhooks given up, with their last answer: null when there was none. */
  readonly givenUp: readonly { readonly payload: Payload; readonly answer: Answer | null }[];
}

export interface FakeMeta {
  /** @throws when the callback URL does not answer the handshake */
  subscribe(): Promise<void>;
  /** Resolves when each webhook has its 200 or is given up. Subscribes first where that was not done. */
  deliver(payloads: Iterable<Payload> | AsyncIterable<Payload>): Promise<DeliveryReport>;
}

export function fakeMeta(options: FakeMetaOptions): FakeMeta {
  const { seed = 1, concurrency = 8, reorderWithin = 8 } = options;
  const random = seededRandom(seed);
  let subscribed: Promise<void> | undefined;

  function subscribe(): Promise<void> {
    subscribed = verifyCallback(options, String(Math.floor(random() * 1e9)));
    return subscribed;
  }

  async function deliver(payloads: Iterable<Payload> | AsyncIterable<Payload>): Promise<DeliveryReport> {
    await (subscribed ?? subscribe());
    const report = {
      delivered: 0,
      attempts: 0,
      duplicates: 0,
      givenUp: [] as { payload: Payload; answer: Answer | null }[],
    };
    const slots = createSlots(concurrency);
    const underWay = new Set<Promise<void>>();
    for await (const payload of reordered(payloads, reorderWithin, random)) {
      // Drawn here, in the order of sending: answers come in any order, and must not change what is drawn.
      const own = seededRandom(Math.floor(random() * 2 ** 32));
      await slots.take();
      const delivery = deliverOne(payload, { options, random: own, slots, report });
      underWay.add(delivery);
      void delivery.then(() => underWay.delete(delivery));
    }
    await Promise.all(underWay);
    return report;
  }

  return { subscribe, deliver };
}

async function verifyCallback(options: FakeMetaOptions, challenge: string): Promise<void> {
  const { status, body } = await sendHandshake(options.url, { ...options, challenge });
  if (status === 200 && body === challenge) return;
  throw new Error(
    `The handshake at ${options.url} was answered with ${status}, not with 200 and the challenge ${challenge}. Check that verifyToken is the one the receiver knows.`,
  );
}

interface Delivering {
  readonly options: FakeMetaOptions;
  readonly random: Random;
  readonly slots: Slots;
  readonly report: {
    delivered: number;
    attempts: number;
    duplicates: number;
    givenUp: { payload: Payload; answer: Answer | null }[];
  };
}

/** Begins in a slot that was taken for it. */
async function deliverOne(payload: Payload, { options, random, slots, report }: Delivering): Promise<void> {
  const { duplicateRate = 0.05, sleep = sleepFor } = options;
  const { firstDelayMs = 100, factor = 2, maxAttempts = 8 } = options.retry ?? {};
  const comesAgain = random() < duplicateRate;

  async function attempt(): Promise<Answer | null> {
    report.attempts += 1;
    try {
      return await sendTo(options.url, payload, { timeoutMs: 20_000, ...options });
    } catch {
      return null;
    } finally {
      slots.give();
    }
  }

  const backoff = createBackoff({ firstMs: firstDelayMs, factor });
  let answer = await attempt();
  for (let failures = 1; answer?.status !== 200 && failures < maxAttempts; failures += 1) {
    // The first retry follows at once.
    if (failures > 1) await sleep(backoff.next() * (0.75 + random() / 2));
    await slots.take();
    answer = await attempt();
  }
  if (answer?.status !== 200) {
    report.givenUp.push({ payload, answer });
    return;
  }
  report.delivered += 1;
  if (!comesAgain) return;
  report.duplicates += 1;
  await slots.take();
  await attempt();
}
