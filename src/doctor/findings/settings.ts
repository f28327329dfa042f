/** What the settings and this machine alone tell. */
import type { FindingKind } from '../../stores/store-notes.ts';
import { APP_PAGE } from './texts.ts';

export const SETTINGS_FINDINGS = {
  settings_invalid: {
    severity: 'error',
    why: 'The service does not start with them.',
    fix: 'Correct the settings named above. "hubcast describe settings" lists all of them.',
  },
  secret_is_a_token: {
    severity: 'error',
    why: 'Meta signs with the App Secret; with another key every webhook is refused with 401.',
    fix: `Set META_APP_SECRET to the App Secret (${APP_PAGE}), not to an access token.`,
  },
  secret_is_the_verify_token: {
    severity: 'error',
    why: 'The verify token appears in URLs, so others can learn it and sign webhooks with it. One of the two is certainly wrong.',
    fix: `Copy the App Secret from ${APP_PAGE}, and choose another text as META_VERIFY_TOKEN.`,
  },
  secret_short: {
    severity: 'warning',
    why: 'A short secret can be guessed: the App Secret lets its holder forge events, and the verify token lets its holder pass the handshake.',
    fix: `Copy the whole App Secret from ${APP_PAGE} (32 characters); make a verify token with "openssl rand -hex 16" and enter it in the Meta app (WhatsApp > Configuration).`,
  },
  url_without_tls: {
    severity: 'warning',
    why: 'Access tokens and API tokens cross the network in the clear.',
    fix: 'Use an https URL; http is for this machine alone.',
  },
  body_limit_small: {
    severity: 'warning',
    why: 'Meta sends up to 3 MB. hubcast answers larger bodies with 413. Meta repeats them for 7 days; then they are lost.',
    fix: 'Set MAX_BODY_BYTES to 3145728 or more.',
  },
  graph_version_ended: {
    severity: 'error',
    why: 'Meta answers with the oldest version that still works, and its answers may differ.',
    fix: 'Set META_GRAPH_VERSION to v26.0.',
  },
  graph_version_ends_soon: {
    severity: 'warning',
    why: 'Afterwards Meta answers with the oldest version that still works, and its answers may differ.',
    fix: 'Set META_GRAPH_VERSION to v26.0.',
  },
  graph_version_old: {
    severity: 'warning',
    why: 'The messaging limit of a number can be read from v24.0 on.',
    fix: 'Set META_GRAPH_VERSION to v24.0 or newer.',
  },
  clock_skewed: {
    severity: 'warning',
    why: 'Receipt times, retention and the age of events are wrong by as much, and certificates may seem invalid.',
    fix: 'Synchronise the clock of this machine (chrony, systemd-timesyncd).',
  },
} as const satisfies Record<string, FindingKind>;
