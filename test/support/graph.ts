import { afterEach } from '@jest/globals';
import { createGraphClient, type GraphClientOptions } from '../../src/meta-graph/client.ts';
import { createPhoneNumberReads } from '../../src/meta-graph/phone-number-reads.ts';
import { createDirectory, type Directory } from '../../src/phone-numbers/look-ups/directory.ts';
import {
  type GraphStandIn,
  type GraphStandInOptions,
  startGraphStandIn,
} from '../../src/sdk/testing/graph-stand-in/start-graph-stand-in.ts';

export const ACCOUNT = '102290129340398';
export const OTHER_ACCOUNT = '102290129340399';
export const NUMBER = { id: '106540352242922', display_phone_number: '+1 631-555-5555' };
/** Above 2^53, as some of Meta's ids are. */
export const BIG_ID = '9010077509033461';
export const PROOF_SECRET = 'proof-secret';

const standIns: GraphStandIn[] = [];
afterEach(async () => {
  for (const standIn of standIns.splice(0)) await standIn.close();
});

/** One account with one number, unless told otherwise; closed after the test. */
export async function standInWith(options: Partial<GraphStandInOptions> = {}): Promise<GraphStandIn> {
  const standIn = await startGraphStandIn({ accounts: [{ id: ACCOUNT, numbers: [NUMBER] }], ...options });
  standIns.push(standIn);
  return standIn;
}

/** A clock that a test moves. */
export function createClock(startMs = Date.UTC(2026, 10, 22, 10)) {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    pass(ms: number) {
      nowMs += ms;
    },
  };
}

export function clientOf(graph: GraphStandIn, options: Partial<GraphClientOptions> = {}) {
  return createGraphClient({
    baseUrl: graph.url,
    version: 'v26.0',
    accessToken: () => graph.accessToken,
    appSecret: () => PROOF_SECRET,
    timeoutMs: 2_000,
    fetch: globalThis.fetch,
    now: Date.now,
    random: () => 0.5,
    sleep: () => Promise.resolve(),
    onToken: () => {},
    ...options,
  });
}

export interface DirectorySetup {
  readonly accountIds?: readonly string[];
  readonly ttlMs?: number;
  readonly clock?: { readonly now: () => number };
}

export function directoryOf(
  graph: GraphStandIn,
  { accountIds = [ACCOUNT], ttlMs = 300_000, clock = { now: Date.now } }: DirectorySetup = {},
): Directory {
  const reads = createPhoneNumberReads(clientOf(graph, { now: clock.now }), clock.now);
  return createDirectory({
    accountIds,
    ttlMs,
    now: clock.now,
    list: reads.list,
    one: reads.one,
    account: reads.account,
  });
}

export function listReads(graph: GraphStandIn): number {
  return graph.calls.filter(({ path }) => path.endsWith('/phone_numbers')).length;
}

export async function rejectionOf(work: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  return work.then(
    () => {
      throw new Error('It did not fail.');
    },
    (error) => error,
  );
}
