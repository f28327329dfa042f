/**
 * Meta's limit of calls, from its response headers: Meta counts reads per app and account in a moving hour. From 80 % on an
 * account is read at most once a minute; at 100 % reads stop until Meta accepts calls again.
 * https://developers.facebook.com/docs/graph-api/overview/rate-limiting
 */
import * as z from 'zod';
import { HubcastError } from '../core/errors.ts';
import { DEFAULT_PAUSE_MS } from './graph-error.ts';

export const SLOW_PERCENT = 80;
const STOP_PERCENT = 100;
const SLOW_INTERVAL_MS = 60_000;
const WINDOW_MS = 60 * 60_000;
/** Older readings are ignored. */
const READING_VALID_MS = 10 * 60_000;
/** Assumed until a reply reports the usage: Meta's lower limit, for accounts without an active number. */
const ASSUMED_READS_PER_WINDOW = 200;

const percentages = z.looseObject({
  call_count: z.number().catch(0),
  total_cputime: z.number().catch(0),
  total_time: z.number().catch(0),
  estimated_time_to_regain_access: z.number().catch(0),
});
const appUsage = percentages;
const businessUsage = z.record(z.string(), z.array(percentages));

interface Usage {
  percent: number;
  readAtMs: number;
}

interface Lane {
  /** Null before the first header. */
  usage: Usage | null;
  stoppedUntilMs: number;
  lastReadMs: number;
  /** Own count of the moving hour, used before the first header. */
  reads: number[];
}

export interface UsageHeaders {
  readonly app: string | null;
  readonly business: string | null;
  readonly retryAfter: string | null;
}

export interface Budget {
  /**
   * Counts one read, or refuses it.
   *
   * @param accountId null if unknown: then only the app's limit counts
   * @param continuing a further page or retry of an admitted read, which does not wait again
   * @throws HubcastError `graph_throttled` with the time to wait
   */
  readonly spend: (accountId: string | null, continuing: boolean) => void;
  /** From 80 % on. */
  readonly isSlow: (accountId: string | null) => boolean;
  /** Records the usage in a reply's headers. @returns ids of the accounts they name, which can reveal a number's account */
  readonly note: (headers: UsageHeaders) => readonly string[];
  /** After a refusal for too many calls. @param accountId null stops all */
  readonly stop: (accountId: string | null, retryAfterMs: number) => void;
  /** Counted reads of the account in the last hour, at most Meta's lower limit. */
  readonly readsLately: (accountId: string) => number;
  /** Percent used of the account's or the app's calls, null when unknown. */
  readonly percentOf: (accountId: string) => number | null;
}

const APP = '';
const ACCOUNT_ID = /^\d{1,20}$/;

/** @param now wall clock, ms */
export function createBudget(now: () => number): Budget {
  const lanes = new Map<string, Lane>();

  function laneOf(name: string): Lane {
    let lane = lanes.get(name);
    if (lane === undefined) {
      lane = { usage: null, stoppedUntilMs: 0, lastReadMs: Number.NEGATIVE_INFINITY, reads: [] };
      lanes.set(name, lane);
    }
    return lane;
  }

  function percentOf(name: string): number | null {
    const { usage, reads } = laneOf(name);
    if (usage !== null && now() - usage.readAtMs < READING_VALID_MS) return usage.percent;
    if (name === APP) return null;
    const lately = reads.filter((atMs) => now() - atMs < WINDOW_MS);
    return usage === null ? (lately.length / ASSUMED_READS_PER_WINDOW) * 100 : null;
  }

  const isSlow = (name: string) => (percentOf(name) ?? 0) >= SLOW_PERCENT;
  const lanesOf = (accountId: string | null) => (accountId === null ? [APP] : [APP, accountId]);

  /** Waiting time of the lane; 0 if it may proceed. */
  function waitOf(name: string, continuing: boolean): number {
    const lane = laneOf(name);
    const stoppedMs = lane.stoppedUntilMs - now();
    if (stoppedMs > 0) return stoppedMs;
    return !continuing && isSlow(name) ? Math.max(0, lane.lastReadMs + SLOW_INTERVAL_MS - now()) : 0;
  }

  function take(name: string, { call_count, total_cputime, total_time, ...rest }: z.output<typeof percentages>): void {
    const percent = Math.max(call_count, total_cputime, total_time);
    const lane = laneOf(name);
    lane.usage = { percent, readAtMs: now() };
    const regainMs = rest.estimated_time_to_regain_access * 60_000;
    if (percent >= STOP_PERCENT) lane.stoppedUntilMs = now() + (regainMs || DEFAULT_PAUSE_MS);
  }

  return {
    spend(accountId, continuing) {
      const names = lanesOf(accountId);
      const waitMs = Math.max(...names.map((name) => waitOf(name, continuing)));
      if (waitMs > 0) {
        const whose = accountId === null ? 'of the app' : `of account ${accountId}`;
        throw new HubcastError('graph_throttled', `Meta's limit of calls ${whose} is nearly used up.`, {
          retryAfterMs: waitMs,
        });
      }
      for (const name of names) {
        const lane = laneOf(name);
        lane.lastReadMs = now();
        if (name === APP) continue;
        lane.reads = [...lane.reads.filter((atMs) => now() - atMs < WINDOW_MS), now()].slice(-ASSUMED_READS_PER_WINDOW);
      }
    },
    isSlow: (accountId) => lanesOf(accountId).some(isSlow),
    note({ app, business }) {
      const ofApp = appUsage.safeParse(parseHeader(app));
      if (ofApp.success) take(APP, ofApp.data);
      const ofAccounts = businessUsage.safeParse(parseHeader(business));
      if (!ofAccounts.success) return [];
      const accounts = Object.entries(ofAccounts.data).filter(([id]) => ACCOUNT_ID.test(id));
      for (const [accountId, entries] of accounts) {
        for (const entry of entries) if (MANAGEMENT_TYPES.has(String(entry.type ?? ''))) take(accountId, entry);
      }
      return accounts.map(([id]) => id);
    },
    stop(accountId, retryAfterMs) {
      laneOf(accountId ?? APP).stoppedUntilMs = now() + retryAfterMs;
    },
    readsLately: (accountId) => laneOf(accountId).reads.filter((atMs) => now() - atMs < WINDOW_MS).length,
    percentOf(accountId) {
      const known = [percentOf(accountId), percentOf(APP)].filter((percent) => percent !== null);
      return known.length === 0 ? null : Math.max(...known);
    },
  };
}

/** The usage type for reads; the type "whatsapp" counts register and deregister. */
const MANAGEMENT_TYPES: ReadonlySet<string> = new Set(['whatsapp_business_management', '']);

function parseHeader(text: string | null): unknown {
  if (text === null) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Time until Meta accepts calls again, from a refusal's headers; null if they lack it. */
export function regainMsOf({ business, retryAfter }: UsageHeaders): number | null {
  const seconds = retryAfter !== null && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : 0;
  const entries = businessUsage.safeParse(parseHeader(business));
  const minutes = entries.success
    ? Object.values(entries.data)
        .flat()
        .map((entry) => entry.estimated_time_to_regain_access)
    : [];
  const waitMs = Math.max(seconds * 1000, ...minutes.map((value) => value * 60_000), 0);
  return waitMs > 0 ? waitMs : null;
}
