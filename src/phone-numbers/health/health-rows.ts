/** What each value that Meta documents for a number means for its health, and what to do. One row a value. */
import { CONNECT_APP_NUMBER } from './app-number.ts';

export const HEALTH_STATES = ['ok', 'warn', 'blocked', 'setting_up', 'unknown'] as const;
export type HealthState = (typeof HEALTH_STATES)[number];

/** `info` changes nothing; the others are states. */
export type Level = HealthState | 'info';

export interface Row {
  readonly level: Level;
  /** What it means. */
  readonly about: string;
  /** What to do; empty if no action is needed. */
  readonly todo: string;
}

type Rows = Readonly<Record<string, Row>>;

const row = (level: Level, about: string, todo = ''): Row => ({ level, about, todo });

/** `status`: only CONNECTED can send and receive. */
export const STATUS_ROWS: Rows = {
  CONNECTED: row('ok', 'The number can send and receive.'),
  PENDING: row(
    'setting_up',
    'The number is being set up and is not registered yet.',
    'Verify it by code, then register it with its PIN.',
  ),
  UNVERIFIED: row(
    'setting_up',
    'The number is not proved to be yours yet.',
    'Request a code by SMS or call, verify it, then register the number.',
  ),
  DISCONNECTED: row(
    'blocked',
    'The number is not registered with the Cloud API and can neither send nor receive.',
    'Register it with its two-step PIN.',
  ),
  RATE_LIMITED: row(
    'blocked',
    'The number has reached its limit and cannot send now.',
    'Wait until the limit ends, and send to fewer people who did not ask for it.',
  ),
  RESTRICTED: row(
    'blocked',
    'Meta has restricted the number.',
    'See the violation and its end in WhatsApp Manager > Account quality; a review can be requested there.',
  ),
  BANNED: row(
    'blocked',
    'Meta has banned the number.',
    'Appeal in WhatsApp Manager > Account quality. Sending goes on only with another number.',
  ),
  FLAGGED: row(
    'warn',
    'The quality was low. Meta does not use this status any more since 7 October 2025.',
    'Look at the quality rating instead.',
  ),
  MIGRATED: row(
    'blocked',
    'The number has moved to another account.',
    'Look it up in the account it moved to, and take it out of this one.',
  ),
  DELETED: row('blocked', 'The number was deleted from the account.', 'Add it again if it is still needed.'),
  UNLINKED: row('blocked', 'The number is not linked to the account any more.', 'Link it again in WhatsApp Manager.'),
  // Programs check for it in vain, because an SDK's page named it.
  VERIFIED: row(
    'unknown',
    'VERIFIED is a value of code_verification_status, not of status.',
    'Look at code_verification_status. Only a number with status CONNECTED can send and receive.',
  ),
  LINKED: row('unknown', "The number is linked. Only Meta's API file names this status.", 'See WhatsApp Manager.'),
  UNKNOWN: row('unknown', 'Meta does not say in which state the number is.', 'See WhatsApp Manager.'),
};

export const REGISTER_NEW_NAME =
  'Register the number again within 14 days of the approval, so that the new name takes effect.';

/** `name_status`: of the display name in use. */
export const NAME_STATUS_ROWS: Rows = {
  APPROVED: row('ok', 'The display name is approved.'),
  AVAILABLE_WITHOUT_REVIEW: row('ok', 'The display name can be used without a review.'),
  PENDING_REVIEW: row(
    'info',
    'The display name is in review. The number can be registered and used meanwhile.',
    'The event phone_number_name_update tells the decision.',
  ),
  DECLINED: row('warn', 'The display name was declined.', "Request another one that follows Meta's guidelines."),
  EXPIRED: row('warn', 'The approval of the display name has expired.', 'Request the display name again.'),
  NONE: row('warn', 'The number has no display name.', 'Request a display name.'),
  NON_EXISTS: row('warn', 'The number has no display name.', 'Request a display name.'),
};

/** `new_name_status`: of a requested name. */
export const NEW_NAME_STATUS_ROWS: Rows = {
  PENDING_REVIEW: row(
    'info',
    'A new display name is in review; the old one stays until it is decided.',
    'The event phone_number_name_update tells the decision.',
  ),
  APPROVED: row('info', 'A new display name is approved.', REGISTER_NEW_NAME),
  DECLINED: row('warn', 'The new display name was declined; the old one stays.', 'Request another one.'),
  EXPIRED: row('info', 'The approval of a new display name has expired.', 'Request it again if it is still wanted.'),
  AVAILABLE_WITHOUT_REVIEW: row('info', 'The new display name can be used without a review.'),
  NONE: row('info', 'No new display name is requested.'),
  NON_EXISTS: row('info', 'No new display name is requested.'),
};

export const QUALITY_ROWS: Rows = {
  GREEN: row('ok', 'The quality is high.'),
  YELLOW: row(
    'warn',
    'The quality is medium: people block or report some of the messages.',
    'Look at the templates sent lately, and send only what people agreed to.',
  ),
  RED: row(
    'warn',
    'The quality is low: many people block or report the messages.',
    'Stop the campaigns of the last 7 days, and look at their templates and at who agreed to them. The limit will not rise meanwhile.',
  ),
  UNKNOWN: row('info', 'There is no quality rating yet: too few messages in the last 7 days.'),
  NA: row('info', 'There is no quality rating.'),
};

export const PLATFORM_ROWS: Rows = {
  CLOUD_API: row('ok', 'The number is registered with the Cloud API.'),
  NOT_APPLICABLE: row('setting_up', 'The number is not registered yet.', 'Register it with its two-step PIN.'),
  ON_PREMISE: row(
    'warn',
    'The number is not registered with the Cloud API. Meta shows ON_PREMISE for a number of the WhatsApp Business app and for one of the On-Premises API, which ended in October 2025.',
    `A number of the app: ${CONNECT_APP_NUMBER} A number of the On-Premises API: register it.`,
  ),
};

export const THROUGHPUT_ROWS: Rows = {
  STANDARD: row('info', 'Up to 80 messages per second.'),
  HIGH: row('info', 'Up to 1,000 messages per second.'),
  NOT_APPLICABLE: row('info', 'No throughput yet.'),
};

export const CAN_SEND_ROWS: Rows = {
  AVAILABLE: row('ok', 'Meta says that messages can be sent.'),
  LIMITED: row('warn', 'Meta says that sending is limited.', 'See the reasons Meta gives for each entity.'),
  BLOCKED: row('blocked', 'Meta says that no messages can be sent.', 'See the errors Meta gives for each entity.'),
};

export const CODE_ROWS: Rows = {
  VERIFIED: row('ok', 'The number was verified by code.'),
  NOT_VERIFIED: row('info', 'The number is not verified by code.', 'Request a code and verify it before registering.'),
  UNVERIFIED: row('info', 'The number is not verified by code.', 'Request a code and verify it before registering.'),
  EXPIRED: row(
    'info',
    'The verification by code is older than 14 days. That matters only before registering.',
    'Request a code again before registering.',
  ),
};

/** A value without a row is one that Meta did not document until now. */
export function rowOf(rows: Rows, value: string, name: string): Row {
  return Object.hasOwn(rows, value)
    ? (rows[value] as Row)
    : row('unknown', `This version does not know ${name} ${value}.`, 'See WhatsApp Manager.');
}
