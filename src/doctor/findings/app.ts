/** Meta's Graph API, the Meta app, its access token and what it is subscribed to. */
import type { FindingKind } from '../../stores/store-notes.ts';
import { APP_PAGE, LOST, SUBSCRIBE } from './texts.ts';

export const APP_FINDINGS = {
  graph_unreachable: {
    severity: 'error',
    why: 'hubcast cannot look up phone numbers or check app, token and accounts. It still receives webhooks.',
    fix: 'Check META_GRAPH_URL, the network path to it (proxy, DNS, firewall) and https://metastatus.com.',
  },
  graph_throttled: {
    severity: 'warning',
    why: 'Meta refuses further reads for a while, so doctor could not make some checks.',
    fix: 'Run doctor again later. Other programs with the same app use up the same count.',
  },
  graph_refused: {
    severity: 'error',
    why: 'The check could not be made.',
    fix: "Look up Meta's code at https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes.",
  },
  app_id_missing: {
    severity: 'warning',
    why: 'Without it neither the subscription of the app nor the token can be checked.',
    fix: `Set META_APP_ID (${APP_PAGE}).`,
  },
  app_credentials_refused: {
    severity: 'error',
    why: 'With a wrong App Secret hubcast refuses every webhook with 401. With a wrong app id doctor cannot check the app.',
    fix: `Copy App ID and App Secret from the same page (${APP_PAGE}) to META_APP_ID and META_APP_SECRET.`,
  },
  token_missing: {
    severity: 'info',
    why: 'Phone numbers cannot be looked up, and accounts cannot be checked.',
    fix: 'Set META_ACCESS_TOKEN to the token of a system user (Business settings > System users) where you want that.',
  },
  token_invalid: {
    severity: 'error',
    why: 'Phone numbers can no longer be looked up, watched or managed.',
    fix: 'Make a new token of a system user (Business settings > System users), without expiry, and set META_ACCESS_TOKEN.',
  },
  token_of_another_app: {
    severity: 'error',
    why: 'Meta refuses its appsecret_proof, and the token subscribes another app.',
    fix: 'Make the token for this app (Business settings > System users > Generate token, choose the app), or set META_APP_ID and META_APP_SECRET to those of its app.',
  },
  token_scope_missing: {
    severity: 'error',
    why: 'Without it hubcast cannot read numbers and accounts, and Meta does not send their webhooks.',
    fix: 'Make the token again with the permission whatsapp_business_management.',
  },
  token_messaging_missing: {
    severity: 'warning',
    why: 'Meta sends the field messages only to apps with this permission.',
    fix: 'Make the token again with the permission whatsapp_business_messaging, or leave the family messages out of PUBLISH_FAMILIES.',
  },
  token_account_not_granted: {
    severity: 'error',
    why: 'The account and its numbers cannot be read with this token.',
    fix: 'Give the system user the account as an asset (Business settings > Accounts > WhatsApp accounts > People), then make the token again.',
  },
  token_expires_soon: {
    severity: 'warning',
    why: 'Afterwards numbers can no longer be looked up, watched or managed.',
    fix: 'Make a token of a system user that never expires (Business settings > System users) and set META_ACCESS_TOKEN.',
  },
  proof_refused: {
    severity: 'error',
    why: "Every read with the proof fails, and hubcast would refuse webhooks of the token's app with 401.",
    fix: 'Set META_APP_SECRET to the secret of the app that the token was made for. If you use two apps on purpose, set META_APPSECRET_PROOF=off.',
  },
  subscription_missing: {
    severity: 'error',
    why: `Meta does not send any events to this app. ${LOST}`,
    fix: `${SUBSCRIBE} It needs --url with the public https URL of the webhook, as Meta has none yet.`,
  },
  subscription_inactive: {
    severity: 'error',
    why: `Meta does not send to it. ${LOST}`,
    fix: 'Verify the callback URL again in the Meta app (WhatsApp > Configuration), or run "hubcast subscribe".',
  },
  callback_differs: { severity: 'error', why: `Meta sends elsewhere. ${LOST}`, fix: SUBSCRIBE },
  fields_missing: {
    severity: 'warning',
    why: `Meta does not send updates of fields that are not subscribed. ${LOST}`,
    fix: `${SUBSCRIBE} Families that you do not want can be left out of PUBLISH_FAMILIES.`,
  },
  fields_undocumented: {
    severity: 'info',
    why: 'Meta does not document them now, and may not offer them to your app.',
    fix: 'You need not act. If the dashboard offers one that you want, subscribe it there.',
  },
  field_version_ending: {
    severity: 'warning',
    why: 'Each field is sent in the version it was subscribed with; when that ends, its shape may change.',
    fix: 'In the Meta app (WhatsApp > Configuration > Webhook fields) choose the newest version for these fields.',
  },
  field_version_old: {
    severity: 'warning',
    why: 'Before v24.0 business_capability_update has the limit under another name (max_daily_conversation_per_phone).',
    fix: 'In the Meta app (WhatsApp > Configuration > Webhook fields) choose v24.0 or newer for this field.',
  },
} as const satisfies Record<string, FindingKind>;
