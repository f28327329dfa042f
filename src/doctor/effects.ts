/** From settings to the effects that the checks need: Graph, the callback URL, the store. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MetaApp } from '../config/meta-apps.ts';
import { createScrubber } from '../config/secret-texts.ts';
import type { StoreSettings } from '../config/settings.ts';
import type { Logger } from '../core/log.ts';
import { createAccountCalls, createAppCalls } from '../meta-graph/app-calls.ts';
import { createGraphClient, type GraphClient } from '../meta-graph/client.ts';
import { createPhoneNumberReads } from '../meta-graph/phone-number-reads.ts';
import { storeOf } from '../stores/select.ts';
import { sendHandshake, sendTo } from '../webhook/send.ts';
import { readCertificate } from './certificate.ts';
import type { CallbackEffects } from './check-callback.ts';
import { createClockWatch } from './clock-skew.ts';
import type { DoctorEffects, GraphOfApp } from './examine.ts';

export interface DoctorOptions {
  readonly log: Logger;
  /** Told before each check. */
  readonly begin?: (check: string) => void;
  readonly fetch?: typeof globalThis.fetch;
  readonly certificate?: CallbackEffects['certificate'];
  readonly now?: () => number;
}

const CALLBACK_TIMEOUT_MS = 10_000;

export function openDoctor(settings: StoreSettings, options: DoctorOptions): DoctorEffects {
  const { log, begin = () => undefined, fetch = globalThis.fetch, now = Date.now } = options;
  const clock = createClockWatch(fetch, now);
  return {
    graph: (app) => openGraphOfApp(app, settings, { fetch: clock.fetch, now }),
    clockSkewMs: clock.skewMs,
    callback: openCallback(fetch, options.certificate ?? ((url) => readCertificate(url, CALLBACK_TIMEOUT_MS))),
    checkStore: (notes) => storeOf(settings).check({ settings: () => settings, log }, notes),
    now,
    clean: createScrubber(() => settings, process.env),
    begin,
  };
}

function openCallback(fetch: typeof globalThis.fetch, certificate: CallbackEffects['certificate']): CallbackEffects {
  const timed: typeof globalThis.fetch = (url, init) =>
    fetch(url, { ...init, signal: AbortSignal.timeout(CALLBACK_TIMEOUT_MS) });
  return {
    certificate,
    handshake: (url, given) => sendHandshake(url, { ...given, fetch: timed }),
    post: (url, payload, secret) => sendTo(url, payload, { secret, fetch: timed }),
    randomText: () => randomBytes(12).toString('hex'),
  };
}

interface GraphEffects {
  readonly fetch: typeof globalThis.fetch;
  readonly now: () => number;
}

function openGraphOfApp(app: MetaApp, settings: StoreSettings, { fetch, now }: GraphEffects): GraphOfApp {
  const clientWith = (token: string, proof: boolean): GraphClient =>
    createGraphClient({
      baseUrl: settings.META_GRAPH_URL,
      version: settings.META_GRAPH_VERSION,
      accessToken: () => token,
      appSecret: () => (proof ? (app.secrets[0] ?? null) : null),
      timeoutMs: settings.META_GRAPH_TIMEOUT_MS,
      fetch,
      now,
      random: Math.random,
      sleep,
      onToken: () => undefined,
    });
  const readsOf = (client: GraphClient) => ({
    ...createAccountCalls(client),
    numbers: createPhoneNumberReads(client, now).list,
  });
  const proof = settings.META_APPSECRET_PROOF;
  const token = app.accessToken ?? '';
  const withToken = clientWith(token, proof);
  return {
    calls: createAppCalls(clientWith(`${app.appId ?? ''}|${app.secrets[0] ?? ''}`, proof)),
    reads: readsOf(withToken),
    subscribeAccount: createAccountCalls(withToken).subscribe,
    withoutProof: proof ? readsOf(clientWith(token, false)) : null,
  };
}
