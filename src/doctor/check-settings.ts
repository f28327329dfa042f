/** What the settings alone tell: right one by one, and yet not what anybody means. */
import { appsOf } from '../config/meta-apps.ts';
import type { StoreSettings } from '../config/settings.ts';
import { endOfVersion, FIRST_WITH_LIMITS, versionNumber } from '../meta-graph/versions.ts';
import type { Notes } from './notes.ts';

/** https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview */
const LARGEST_WEBHOOK_BYTES = 3 * 1024 * 1024;
const DAY_MS = 24 * 60 * 60 * 1000;
export const VERSION_NOTICE_MS = 90 * DAY_MS;
/** All access tokens of Meta's users and system users begin like this. */
const TOKEN_START = 'EAA';

export function checkSettings(settings: StoreSettings, nowMs: number, notes: Notes): void {
  notes.begin('settings');
  for (const { name, secrets, verifyToken } of appsOf(settings)) {
    const whose = settings.META_APPS === undefined ? 'META_APP_SECRET' : `The secret of app ${name}`;
    if (secrets.some((secret) => secret.startsWith(TOKEN_START))) {
      notes.find('secret_is_a_token', `${whose} looks like an access token (it begins with ${TOKEN_START}).`);
    }
    if (secrets.includes(verifyToken)) {
      notes.find('secret_is_the_verify_token', `${whose} and the verify token are the same text.`);
    }
  }
  if (settings.MAX_BODY_BYTES < LARGEST_WEBHOOK_BYTES) {
    notes.find('body_limit_small', `MAX_BODY_BYTES is ${settings.MAX_BODY_BYTES}.`);
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
