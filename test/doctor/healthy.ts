/** A set-up in which nothing is wrong: a service, its Meta app, account and number. A test breaks one thing. */

import { chmodSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings } from '../../src/config/read-settings.ts';
import { createLog } from '../../src/core/log.ts';
import { wantedFields } from '../../src/doctor/check-app.ts';
import { type DoctorOptions, openDoctor } from '../../src/doctor/effects.ts';
import { examine } from '../../src/doctor/examine.ts';
import type { Report } from '../../src/doctor/findings.ts';
import { FAMILY_NAMES } from '../../src/fields/families.ts';
import type { StandInApp } from '../../src/sdk/testing/graph-stand-in/meta-app.ts';
import {
  type GraphStandIn,
  type GraphStandInOptions,
  STAND_IN_TOKEN,
  startGraphStandIn,
} from '../../src/sdk/testing/graph-stand-in/start-graph-stand-in.ts';
import { ACCOUNT, NUMBER } from '../support/graph.ts';
import { APP_SECRET, type TestService, VERIFY_TOKEN } from '../support/start-service.ts';

export const APP_ID = '670843887433847';
export const CALLBACK_URL = 'https://hooks.example.com/webhook';

const DAY_MS = 24 * 60 * 60 * 1000;
const { documented, undocumented } = wantedFields(FAMILY_NAMES);
export const ALL_FIELDS = [...documented, ...undocumented].map((name) => ({ name, version: 'v26.0' }));

export interface Setup {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly app?: Partial<StandInApp>;
  readonly graph?: Partial<GraphStandInOptions>;
  /** False: a proof is checked where it comes, and not asked for. */
  readonly requireProof?: boolean;
  readonly breakGraph?: (graph: GraphStandIn) => void | Promise<void>;
  readonly certificate?: DoctorOptions['certificate'];
  /** What a proxy in front answers, in place of the service. */
  readonly proxy?: (request: { url: URL; method: string; bytes: number }) => Response | undefined;
  readonly url?: string | null;
  readonly offline?: boolean;
  readonly probe?: true | string;
}

export async function examineSetup(setup: Setup, service: TestService): Promise<Report> {
  const reach = throughProxy(service, setup.proxy);
  const graph = await startGraphStandIn({
    accounts: [{ id: ACCOUNT, numbers: [NUMBER] }],
    ...(setup.requireProof === false ? {} : { appSecret: APP_SECRET }),
    app: {
      id: APP_ID,
      secret: APP_SECRET,
      subscription: { callback_url: CALLBACK_URL, fields: ALL_FIELDS },
      ...setup.app,
    },
    fetch: reach,
    ...setup.graph,
  });
  try {
    await setup.breakGraph?.(graph);
    const settings = readSettings(envOf(setup, graph.url, service.dataDir));
    // As "hubcast serve" makes them; this service runs in the test's own process.
    for (const name of readdirSync(service.dataDir)) chmodSync(join(service.dataDir, name), 0o600);
    const effects = openDoctor(settings, {
      log: createLog('silent', process.stderr),
      fetch: reach,
      certificate: setup.certificate ?? (async () => ({ problem: null, validToMs: Date.now() + 60 * DAY_MS })),
    });
    const { url = CALLBACK_URL, offline = false, probe = true } = setup;
    return await examine({ settings, url, offline, probe }, effects);
  } finally {
    await graph.close();
  }
}

export function envOf({ env = {} }: Setup, graphUrl: string, dataDir: string): Record<string, string | undefined> {
  return {
    META_APP_SECRET: APP_SECRET,
    META_VERIFY_TOKEN: VERIFY_TOKEN,
    META_APP_ID: APP_ID,
    META_ACCESS_TOKEN: STAND_IN_TOKEN,
    WABA_IDS: ACCOUNT,
    META_GRAPH_URL: graphUrl,
    META_GRAPH_TIMEOUT_MS: '2000',
    DATA_DIR: dataDir,
    JOURNAL_MAX_BYTES: String(16 * 1024 * 1024),
    ...env,
  };
}

/** The public URL leads to the service, as a proxy that ends TLS makes it. */
export function throughProxy(service: TestService, proxy: Setup['proxy']): typeof fetch {
  return async (given, init) => {
    const url = new URL(String(given));
    if (url.hostname !== new URL(CALLBACK_URL).hostname) return fetch(url, init);
    const bytes = (init?.body as Uint8Array | undefined)?.length ?? 0;
    const answer = proxy?.({ url, method: init?.method ?? 'GET', bytes });
    return answer ?? fetch(`${service.publicUrl}${url.pathname}${url.search}`, init);
  };
}

/** As a proxy has none: no answer at all. */
export function refuseConnection(): never {
  throw Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } });
}
