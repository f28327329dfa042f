/** What the settings alone tell: values that are valid and most likely not meant. */
import { isLoopback } from '../config/conflicts.ts';
import { appsOf } from '../config/meta-apps.ts';
import type { StoreSettings } from '../config/settings.ts';
import { endOfVersion, FIRST_WITH_LIMITS, versionNumber } from '../meta-graph/versions.ts';
import type { Notes } from './notes.ts';

/** https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview */
export const LARGEST_WEBHOOK_BYTES = 3 * 1024 * 1024;
const DAY_MS = 24 * 60 * 60 * 1000;
const SHORTEST_SECRET = 16;
export const VERSION_NOTICE_MS = 90 * DAY_MS;
/** All access tokens of Meta's users and system users begin like this. */
const TOKEN_START = 'EAA';

export function checkSettings(settings: StoreSettings, nowMs: number, notes: Notes): void {
  notes.begin('settings');
  for (const { name, secrets, verifyToken } of appsOf(settings)) {
    const whose = settings.META_APPS === undefined ? 'META_APP_SECRET' : `The secret of app ${name}`;
    const verifier = settings.META_APPS === undefined ? 'META_VERIFY_TOKEN' : `The verify token of app ${name}`;
    if (secrets.some((secret) => secret.startsWith(TOKEN_START))) {
      notes.find('secret_is_a_token', `${whose} looks like an access token (it begins with ${TOKEN_START}).`);
    }
    const short = [...secrets.map((secret) => [whose, secret] as const), [verifier, verifyToken] as const]
      .filter(([, { length }]) => length > 0 && length < SHORTEST_SECRET)
      .map(([name, { length }]) => `${name} has ${length}`);
    if (short.length > 0) {
      notes.find('secret_short', `Secrets should have ${SHORTEST_SECRET} characters or more: ${short.join(', ')}.`);
    }
    if (secrets.includes(verifyToken)) {
      notes.find('secret_is_the_verify_token', `${whose} and the verify token are the same text.`);
    }
  }
  if (settings.MAX_BODY_BYTES < LARGEST_WEBHOOK_BYTES) {
    notes.find('body_limit_small', `MAX_BODY_BYTES is ${settings.MAX_BODY_BYTES}.`);
  }
  for (const name of ['META_GRAPH_URL', 'HUBCAST_URL', 'SCHEMA_REGISTRY_URL'] as const) {
    const url = settings[name];
    if (url?.startsWith('http:') && !isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, ''))) {
      notes.find('url_without_tls', `${name} is ${url}, which is plain http beyond this machine.`);
    }
  }
  checkVersion(settings.META_GRAPH_VERSION, nowMs, notes);
}

function checkVersion(version: string, nowMs: number, notes: Notes): void {
  const endMs = endOfVersion(version);
  const end = endMs === null ? '' : new Date(endMs).toISOString().slice(0, 10);
  if (endMs !== null && endMs <= nowMs) {
    notes.find('graph_version_ended', `META_GRAPH_VERSION=${version}: this version has ended.`);
  } else if (endMs !== null && endMs - nowMs < VERSION_NOTICE_MS) {
    notes.find('graph_version_ends_soon', `META_GRAPH_VERSION=${version}: this version ends on ${end}.`);
  } else if ((versionNumber(version) ?? FIRST_WITH_LIMITS) < FIRST_WITH_LIMITS) {
    notes.find('graph_version_old', `META_GRAPH_VERSION is ${version}.`);
  }
}
