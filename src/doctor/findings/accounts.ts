/** The WhatsApp Business Accounts and their numbers. */
import { FOLLOWS_OVERRIDE } from '../../phone-numbers/management/changes.ts';
import type { FindingKind } from '../../stores/store-notes.ts';
import { LOST, SUBSCRIBE } from './texts.ts';

export const ACCOUNT_FINDINGS = {
  accounts_missing: {
    severity: 'warning',
    why: 'Doctor cannot check whether the app receives the webhooks of your accounts, and hubcast does not look up numbers.',
    fix: 'Set WABA_IDS to the ids of your WhatsApp Business Accounts.',
  },
  account_not_visible: {
    severity: 'error',
    why: 'hubcast cannot read its numbers. Meta gives the same answer for a missing account and for one that the token may not see.',
    fix: 'Check the id (of a WhatsApp Business Account, not of a number or a portfolio), and give the system user the account as an asset.',
  },
  account_permission_missing: {
    severity: 'error',
    why: 'Its numbers and its subscription cannot be read.',
    fix: 'Give the system user the permission whatsapp_business_management and the account as an asset, then make the token again.',
  },
  account_not_subscribed: {
    severity: 'error',
    why: `Meta does not send events of this account, whatever fields the app has. ${LOST}`,
    fix: SUBSCRIBE,
  },
  account_diverted: {
    severity: 'warning',
    why: `The events of the override do not come here. ${FOLLOWS_OVERRIDE}`,
    fix: 'Remove the override: POST /<account>/subscribed_apps without a body; or "hubcast numbers webhook --help".',
  },
  account_empty: {
    severity: 'info',
    why: 'This account can only send account events.',
    fix: 'Add a number in WhatsApp Manager, or take the account out of WABA_IDS.',
  },
  number_diverted: {
    severity: 'warning',
    why: `The events of the override do not come here. ${FOLLOWS_OVERRIDE}`,
    fix: 'Remove the override: POST /<number> with an empty override_callback_uri; or "hubcast numbers webhook --help".',
  },
  number_not_registered: {
    severity: 'warning',
    why: 'It can neither send nor receive messages. 14 days after its verification it has to be verified again.',
    fix: 'Register it: "hubcast numbers register <id>" with MANAGEMENT=on, or in WhatsApp Manager.',
  },
  number_not_connected: {
    severity: 'warning',
    why: 'Only a CONNECTED number sends and receives.',
    fix: 'See "hubcast numbers health" for the reason and what to do.',
  },
} as const satisfies Record<string, FindingKind>;
