/** From settings to the endpoints of the public listener: one Meta app, or several with their own secrets and topics. */
import { createHmac, createSecretKey } from 'node:crypto';
import { appsOf, MAIN_APP, type MetaApp } from '../config/meta-apps.ts';
import type { Settings, StoreSettings } from '../config/settings.ts';
import type { Logger } from '../core/log.ts';
import type { WebhookEndpoint } from '../http/public/public-app.ts';
import { type AcceptedAccounts, createReceive, type ReceiveOptions } from '../receive.ts';
import type { Pseudonymize } from '../records/to-record.ts';
import { type AppSecret, toAppSecret } from '../webhook/signature.ts';

export interface AppsOptions extends Pick<ReceiveOptions, 'append' | 'knownNumber' | 'onStored' | 'onStoredFailed'> {
  /** A monotonic clock in ms. */
  readonly now: () => number;
  readonly log: Logger;
}

const OLD_SECRET_INTERVAL_MS = 60_000;

/**
 * @param settings asked for each request: secrets and tokens may change, and apps come and go with META_APPS_FILE. Topics
 * are those of the start, so an app with a new prefix waits for the next one
 */
export function openApps(
  settings: () => Settings,
  options: AppsOptions,
): (app: string | null) => WebhookEndpoint | undefined {
  const fixed = settings();
  if (fixed.META_APPS === undefined) {
    const endpoint = toEndpoint(appsOf(fixed)[0], fixed, options, {
      appSecrets: createSecretCache(() => settings().META_APP_SECRET ?? []),
      verifyToken: () => settings().META_VERIFY_TOKEN ?? '',
    });
    return (app) => (app === null ? endpoint : undefined);
  }

  const prefixes = new Set(appsOf(fixed).map(({ topicPrefix }) => topicPrefix));
  let from: Settings['META_APPS'];
  let endpoints = new Map<string, WebhookEndpoint>();
  return (name) => {
    const given = settings();
    if (given.META_APPS !== from) {
      from = given.META_APPS;
      endpoints = new Map(
        appsOf(given).flatMap((app) => {
          const old = endpoints.get(app.name);
          if (prefixes.has(app.topicPrefix)) {
            const secrets = app.secrets.map(toAppSecret);
            const live = { appSecrets: () => secrets, verifyToken: () => app.verifyToken };
            return [[app.name, toEndpoint(app, fixed, options, live)] as const];
          }
          const diagnosis = `App ${app.name} has the topic prefix ${app.topicPrefix}, whose topics were not set up at the start.`;
          options.log.error({ diagnosis, fix: 'Restart hubcast.' }, 'a changed META_APPS waits for a restart');
          return old === undefined ? [] : [[app.name, old] as const];
        }),
      );
    }
    return name === null ? undefined : endpoints.get(name);
  };
}

function toEndpoint(
  app: MetaApp,
  fixed: Settings,
  { now, log, ...rest }: AppsOptions,
  { appSecrets, verifyToken }: { appSecrets: () => readonly AppSecret[]; verifyToken: () => string },
): WebhookEndpoint {
  const accounts = acceptedAccounts(app, fixed);
  return {
    verifyToken,
    receive: createReceive({
      ...rest,
      appSecrets,
      app: app.name,
      ofSeveralApps: app.name !== MAIN_APP,
      naming: { prefix: app.topicPrefix, names: fixed.TOPIC_NAMES },
      families: fixed.PUBLISH_FAMILIES,
      capture: fixed.CAPTURE,
      ...(accounts === null ? {} : { accounts }),
      ...pseudonymizer(fixed),
      onOlderSecret: sayOldSecret(app.name, now, log),
    }),
  };
}

/** Half of an HMAC-SHA256: nobody without the secret can try out phone numbers until one fits. */
export function pseudonymizer({ KEY_PSEUDONYM_SECRET: secret }: StoreSettings): {
  readonly pseudonymize?: Pseudonymize;
} {
  if (secret === undefined) return {};
  const key = createSecretKey(secret, 'utf8');
  return { pseudonymize: (name) => createHmac('sha256', key).update(name).digest('hex').slice(0, 32) };
}

export function acceptedAccounts(
  { accounts }: MetaApp,
  { ACCEPT_ACCOUNTS: others }: Pick<Settings, 'ACCEPT_ACCOUNTS'>,
): AcceptedAccounts | null {
  return others === 'all' ? null : { ours: new Set(accounts), others };
}

/** A rotation is over when nothing says this any more. */
function sayOldSecret(app: string, now: () => number, log: Logger): () => void {
  let saidMs = Number.NEGATIVE_INFINITY;
  let requests = 0;
  return () => {
    requests += 1;
    if (now() - saidMs < OLD_SECRET_INTERVAL_MS) return;
    saidMs = now();
    const fix = 'Keep both secrets until this line no longer comes, then remove the old one.';
    log.warn({ app, requests, fix }, 'requests are still signed with an old App Secret');
    requests = 0;
  };
}

/** Keys are prepared once for each value of the setting. */
function createSecretCache(given: () => readonly string[]): () => readonly AppSecret[] {
  let from: readonly string[] | undefined;
  let secrets: AppSecret[] = [];
  return () => {
    const now = given();
    if (now !== from) {
      from = now;
      secrets = now.map(toAppSecret);
    }
    return secrets;
  };
}
