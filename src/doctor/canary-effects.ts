/** From settings to what a canary needs: the callback URL of an app, and the store its events end in. */
import { randomBytes } from 'node:crypto';
import { appsOf } from '../config/meta-apps.ts';
import type { Settings } from '../config/settings.ts';
import { HubcastError } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import { topicName } from '../records/topic-plans.ts';
import { openReader } from '../stores/select.ts';
import { sendTo } from '../webhook/send.ts';
import type { CanaryEffects } from './canary.ts';
import { callbackUrlOf } from './examine.ts';

export interface OpenCanary extends CanaryEffects {
  readonly url: string;
  readonly close: () => void;
}

export interface CanaryOptions {
  /** Null: where a service with these settings listens on this machine. */
  readonly url: string | null;
  /** Name of the app, null for the first. */
  readonly app: string | null;
  readonly timeoutMs: number;
  readonly log: Logger;
}

/** @throws HubcastError `usage` when there is no such app, no store, or no topic in which the event would end */
export function openCanary(settings: Settings, options: CanaryOptions): OpenCanary {
  const app = appsOf(settings).find(({ name }) => options.app === null || name === options.app);
  if (app === undefined) throw new HubcastError('usage', `There is no app "${options.app}" in META_APPS.`);
  const [secret] = app.secrets;
  if (secret === undefined) throw new HubcastError('usage', 'META_APP_SECRET is not set: the event has to be signed.');
  if (!settings.PUBLISH_FAMILIES.includes('unknown')) {
    throw new HubcastError('usage', 'unknown is not among PUBLISH_FAMILIES: a canary event would not be stored.');
  }
  const named = settings.META_APPS === undefined ? null : app.name;
  const url = callbackUrlOf(options.url ?? `http://127.0.0.1:${settings.PORT}`, named);
  const topic = topicName({ prefix: app.topicPrefix, names: settings.TOPIC_NAMES }, 'unknown');
  const reader = openReader({ settings: () => settings, log: options.log });
  return {
    url,
    post: (payload) => sendTo(url, payload, { secret, timeoutMs: options.timeoutMs }),
    read: (timestampMs, signal) => reader.read({ topics: [topic], from: { timestampMs }, follow: true, signal }),
    randomText: () => randomBytes(12).toString('hex'),
    now: Date.now,
    monotonicMs: () => performance.now(),
    close: reader.close,
  };
}
