/** Errors of a call of the Graph API. */
import type { ErrorKind } from './error-kind.ts';

export const GRAPH_ERRORS = {
  graph_not_configured: {
    status: 503,
    retry: false,
    summary: 'Phone numbers cannot be looked up here: this service has no access to the Graph API.',
    fix: 'Set META_ACCESS_TOKEN (a system user token with whatsapp_business_management) and WABA_IDS, and have "numbers" in ROLES.',
  },
  graph_token_invalid: {
    status: 502,
    retry: false,
    summary: 'Meta refuses the access token.',
    fix: 'META_ACCESS_TOKEN has expired or was revoked. Make a new system user token (Business settings > System users) and set it; META_ACCESS_TOKEN_FILE is read again without a restart.',
  },
  graph_permission_missing: {
    status: 502,
    retry: false,
    summary: 'The access token lacks a permission for this.',
    fix: 'Give the system user of META_ACCESS_TOKEN the permission whatsapp_business_management and the account as an asset. Errors 10 and 200 to 299 of Meta mean this.',
  },
  graph_throttled: {
    status: 503,
    retry: true,
    summary:
      "Meta's limit of calls for this account is nearly or fully used up. Ask again after the time in Retry-After.",
    fix: 'Meta counts reads per app and account in a moving hour: 5,000 for an active account, else 200. Other programs with the same app share the count. Raise PHONE_NUMBERS_TTL_SECONDS, and use fresh=true less often.',
  },
  graph_unavailable: {
    status: 502,
    retry: true,
    summary: 'The Graph API cannot be reached, or it fails.',
    fix: 'Check the network path to META_GRAPH_URL (proxy, DNS, firewall) and https://metastatus.com. Meanwhile hubcast answers look-ups of known numbers from memory.',
  },
  graph_refused: {
    status: 502,
    retry: false,
    summary: 'The Graph API refused the call.',
    fix: 'See Meta\'s code in the log and at https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes. With "Invalid appsecret_proof": META_APP_SECRET belongs to another app than META_ACCESS_TOKEN.',
  },
} as const satisfies Record<string, ErrorKind>;
