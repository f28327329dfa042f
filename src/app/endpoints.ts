/** From settings to the endpoints of the public listener, one for each Meta app: /webhook, or /webhook/<app> with META_APPS. */
import { appsOf, MAIN_APP, type MetaApp } from '../config/meta-apps.ts';
import type { Settings, StoreSettings } from '../config/settings.ts';
import { messageOf } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import { createLogThrottle } from '../core/log-throttle.ts';
import type { AcceptanceOptions } from '../events/acceptance.ts';
import type { WebhookEndpoint } from '../http/public/public-app.ts';
import { createReceive, type ReceiveOptions } from '../receive.ts';
import { namingOf } from '../records/planned-topics.ts';
import { createPseudonymizer } from '../records/pseudonym.ts';
import type { RecordOptions } from '../records/to-record.ts';
import { toAppSecret } from '../webhook/signature.ts';

export interface EndpointOptions extends Pick<ReceiveOptions, 'append' | 'knownNumber'> {
  /** Called with events once they are durable. What they throw is logged, and changes no answer. */
  readonly onStored: readonly NonNullable<ReceiveOptions['onStored']>[];
  readonly log: Logger;
}

/** @param name of the app in the path; null for /webhook */
export type FindEndpoint = (name: string | null) => WebhookEndpoint | undefined;

const OLD_SECRET_INTERVAL_MS = 60_000;

/**
 * @param settings asked for each request: secrets and tokens may change, and apps come and go with META_APPS_FILE. An app
 * with a new topic prefix waits for the next start, because topics are set up then
 */
export function createEndpoints(settings: () => Settings, options: EndpointOptions): FindEndpoint {
  const fixed = settings();
  const prefixes = new Set(appsOf(fixed).map(({ topicPrefix }) => topicPrefix));
  const nameOf = ({ name }: MetaApp) => (fixed.META_APPS === undefined ? null : name);
  const { log } = options;
  let from: Settings | undefined;
  let endpoints: ReadonlyMap<string | null, WebhookEndpoint> = new Map();

  function toEndpoints(current: Settings): ReadonlyMap<string | null, WebhookEndpoint> {
    const before = endpoints;
    return new Map(
      appsOf(current).flatMap((app) => {
        const name = nameOf(app);
        if (prefixes.has(app.topicPrefix)) return [[name, toEndpoint(app, fixed, options)] as const];
        const diagnosis = `App ${app.name} has the topic prefix ${app.topicPrefix}, whose topics were not set up at the start.`;
        log.error({ diagnosis, fix: 'Restart hubcast.' }, 'a changed META_APPS waits for a restart');
        const old = before.get(name);
        return old === undefined ? [] : [[name, old] as const];
      }),
    );
  }

  return (name) => {
    const current = settings();
    if (current !== from) {
      from = current;
      endpoints = toEndpoints(current);
    }
    return endpoints.get(name);
  };
}

function toEndpoint(app: MetaApp, fixed: Settings, options: EndpointOptions): WebhookEndpoint {
  const { append, knownNumber, onStored, log } = options;
  return {
    verifyToken: () => app.verifyToken,
    receive: createReceive({
      ...storingOptions(app, fixed),
      append,
      knownNumber,
      app: app.name,
      appSecrets: app.secrets.map(toAppSecret),
      capture: fixed.CAPTURE,
      onOlderSecret: createOldSecretLog(app.name, log),
      onStored(events, receivedMs) {
        try {
          for (const listener of onStored) listener(events, receivedMs);
        } catch (error) {
          log.error({ error: messageOf(error) }, 'what follows a stored webhook failed');
        }
      },
    }),
  };
}

/** How the events of an app are stored, whether a webhook or a replayed dead letter brings them. */
export function storingOptions(app: MetaApp, settings: StoreSettings): AcceptanceOptions & RecordOptions {
  const { ACCEPT_ACCOUNTS: others } = settings;
  return {
    naming: namingOf(app, settings),
    ofSeveralApps: app.name !== MAIN_APP,
    pseudonymize: createPseudonymizer(settings.KEY_PSEUDONYM_SECRET),
    families: settings.PUBLISH_FAMILIES,
    accounts: others === 'all' ? undefined : { ours: new Set(app.accounts), others },
  };
}

/** The rotation of a secret is complete when this line is no longer logged. */
function createOldSecretLog(app: string, log: Logger): () => void {
  const mayLog = createLogThrottle({ intervalMs: OLD_SECRET_INTERVAL_MS });
  let requests = 0;
  return () => {
    requests += 1;
    if (!mayLog()) return;
    const fix = 'Keep both secrets until this line no longer comes, then remove the old one.';
    log.warn({ app, requests, fix }, 'requests are still signed with an old App Secret');
    requests = 0;
  };
}
