/** From settings to the effects that doctor's checks need: Graph, the callback URL, Kafka, the disk. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import type { MetaApp } from '../config/meta-apps.ts';
import { createScrubber } from '../config/secret-texts.ts';
import type { StoreSettings } from '../config/settings.ts';
import type { Logger } from '../core/log.ts';
import type { CallbackEffects, CertificateFacts } from '../doctor/check-callback.ts';
import type { DoctorEffects, GraphOfApp } from '../doctor/examine.ts';
import { createAccountCalls, createAppCalls } from '../meta-graph/app-calls.ts';
import { createGraphClient, type GraphClient } from '../meta-graph/client.ts';
import { createPhoneNumberReads } from '../meta-graph/phone-number-reads.ts';
import { storeOf } from '../stores/select.ts';
import { sendHandshake, sendTo } from '../webhook/send.ts';

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
    callback: openCallback(fetch, options.certificate ?? readCertificate),
    checkStore: (notes) => storeOf(settings).check({ settings: () => settings, log }, notes),
    now,
    clean: createScrubber(() => settings, process.env),
    begin,
  };
}

export function openCallback(
  fetch: typeof globalThis.fetch,
  certificate: CallbackEffects['certificate'] = readCertificate,
): CallbackEffects {
  const timed: typeof globalThis.fetch = (url, init) =>
    fetch(url, { ...init, signal: AbortSignal.timeout(CALLBACK_TIMEOUT_MS) });
  return {
    certificate,
    handshake: (url, given) => sendHandshake(url, { ...given, fetch: timed }),
    post: (url, payload, secret) => sendTo(url, payload, { secret, fetch: timed }),
    randomText: () => randomBytes(12).toString('hex'),
  };
}

interface GraphSurroundings {
  readonly fetch: typeof globalThis.fetch;
  readonly now: () => number;
}

export function openGraphOfApp(app: MetaApp, settings: StoreSettings, { fetch, now }: GraphSurroundings): GraphOfApp {
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

/** Meta's clock as its answers tell it, to the second; the delay of the network is in it. */
function createClockWatch(fetch: typeof globalThis.fetch, now: () => number) {
  let skewMs: number | null = null;
  return {
    skewMs: () => skewMs,
    fetch: (async (url, init) => {
      const askedMs = now();
      const response = await fetch(url, init);
      const date = Date.parse(response.headers.get('date') ?? '');
      // Somewhere between question and answer; the middle is closest.
      if (!Number.isNaN(date)) skewMs = date - (askedMs + now()) / 2;
      return response;
    }) as typeof globalThis.fetch,
  };
}

/** Taken whatever it is like, and judged afterwards: what is wrong shall be named. */
function readCertificate(url: URL): Promise<CertificateFacts> {
  return new Promise((done, fail) => {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const socket = connectTls({
      host,
      port: Number(url.port || 443),
      // Not for addresses: https://datatracker.ietf.org/doc/html/rfc6066#section-3
      ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
      rejectUnauthorized: false,
    });
    socket.setTimeout(CALLBACK_TIMEOUT_MS, () => socket.destroy(new Error('no answer in time')));
    socket.once('error', fail);
    socket.once('secureConnect', () => {
      const { valid_to: validTo } = socket.getPeerCertificate();
      const problem = socket.authorized ? null : String(socket.authorizationError);
      socket.destroy();
      done({ problem, validToMs: Date.parse(validTo) });
    });
  });
}
