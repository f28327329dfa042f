/** The operations that change a number, with Meta's refusals of them. */
import { isObject } from '../../../core/is-object.ts';
import { notFound, type StandInAnswer, StandInError, SUCCESS } from './graph-replies.ts';
import { refusal } from './refusals.ts';
import { addNumber, digitsOf, NEW_NUMBER, NO_LOCAL_STORAGE, type StandInNumberState, type State } from './state.ts';

export interface WriteOptions {
  readonly now: () => number;
  readonly random: () => number;
  /** Tells what happened, so that the webhook Meta would send can be sent. */
  readonly happened: (number: StandInNumberState, field: string, value: Record<string, unknown>) => void;
  readonly codeSent: (number: StandInNumberState) => void;
  readonly nameRequested: (number: StandInNumberState) => void;
}

export type WriteParameters = Readonly<Record<string, unknown>>;

const HOUR_MS = 3_600_000;
/** Register and deregister: each 10 times per number in 72 hours, then 133016. */
const REGISTRATION_WINDOW_MS = 72 * HOUR_MS;
const REGISTRATIONS_PER_WINDOW = 10;
const WRONG_PINS_BEFORE_LOCK = 5;
/** After a code Meta sends no other for an hour (136024/2388091); Meta does not say how many a day are too many (2388367). */
const CODE_PAUSE_MS = HOUR_MS;
const CODE_WINDOW_MS = 24 * HOUR_MS;
const CODES_PER_WINDOW = 5;
const DELETED_PAUSE_MS = 5 * 60_000;

export function requestCode(
  number: StandInNumberState,
  parameters: WriteParameters,
  { now, random, codeSent }: WriteOptions,
): StandInAnswer {
  const { members, hidden } = number;
  if (parameters.code_method !== 'SMS' && parameters.code_method !== 'VOICE') throw missing('code_method');
  if (typeof parameters.language !== 'string') throw missing('language');
  if (members.status === 'CONNECTED') throw refusal('verified_already');
  const lately = hidden.codesRequested.filter((timeMs) => now() - timeMs < CODE_WINDOW_MS);
  if (lately.length >= CODES_PER_WINDOW) throw refusal('codes_too_often');
  if (now() - (lately.at(-1) ?? Number.NEGATIVE_INFINITY) < CODE_PAUSE_MS) throw refusal('no_code_for_now');
  hidden.codesRequested = [...lately, now()];
  hidden.code = sixDigits(random);
  codeSent(number);
  return SUCCESS;
}

export function verifyCode(
  { members, hidden }: StandInNumberState,
  parameters: WriteParameters,
  { now }: WriteOptions,
): StandInAnswer {
  if (typeof parameters.code !== 'string') throw missing('code');
  if (hidden.code === null || parameters.code !== hidden.code) throw refusal('wrong_code');
  hidden.code = null;
  hidden.verifiedMs = now();
  members.code_verification_status = 'VERIFIED';
  return { status: 200, body: { success: true, id: members.id } };
}

const VERIFICATION_MS = 14 * 24 * HOUR_MS;

export function expireVerification({ members, hidden }: StandInNumberState, nowMs: number): void {
  if (hidden.verifiedMs === null || nowMs - hidden.verifiedMs < VERIFICATION_MS || members.status === 'CONNECTED')
    return;
  members.code_verification_status = 'EXPIRED';
}

/** `storage_configuration`: where messages at rest are kept, to be set before registering. */
export function setSettings(
  { hidden }: StandInNumberState,
  { storage_configuration: storage }: WriteParameters,
): StandInAnswer {
  if (!isObject(storage) || !STORAGE.has(String(storage.status))) throw missing('storage_configuration');
  hidden.storage = storage;
  return SUCCESS;
}

const STORAGE: ReadonlySet<string> = new Set(['DEFAULT', 'IN_COUNTRY_STORAGE_ENABLED', 'NO_STORAGE_ENABLED']);

export function register(
  number: StandInNumberState,
  parameters: WriteParameters,
  { now }: WriteOptions,
): StandInAnswer {
  const { members, hidden } = number;
  const { pin } = parameters;
  if (parameters.messaging_product !== 'whatsapp') throw missing('messaging_product');
  if (typeof pin !== 'string' || !/^\d{6}$/.test(pin)) throw missing('pin');
  countRegistration(hidden.registrations, now());
  expireVerification(number, now());
  if (hidden.deletedMs !== null && now() - hidden.deletedMs < DELETED_PAUSE_MS) throw refusal('deleted_lately');
  if (isAppNumber(members)) throw refusal('smb_number');
  if (members.code_verification_status !== 'VERIFIED') throw refusal('verify_again');
  checkPin(number, pin);
  // A name in review is no obstacle. A number that is registered keeps its PIN.
  if (members.status !== 'CONNECTED') Object.assign(hidden, { pin });
  Object.assign(members, {
    status: 'CONNECTED',
    platform_type: 'CLOUD_API',
    throughput: { level: 'STANDARD' },
    is_pin_enabled: members.is_pin_enabled === true || hidden.pin !== null,
    last_onboarded_time: new Date(now()).toISOString().replace(/\.\d+Z$/, '+0000'),
  });
  return SUCCESS;
}

/** Of the WhatsApp Business app, and not connected by coexistence. */
function isAppNumber({ is_on_biz_app: inApp, platform_type: platform }: StandInNumberState['members']): boolean {
  return inApp === true && platform !== 'CLOUD_API';
}

export function deregister({ members, hidden }: StandInNumberState, { now }: WriteOptions): StandInAnswer {
  countRegistration(hidden.deregistrations, now());
  if (members.is_on_biz_app === true) {
    throw new StandInError(100, 'Invalid parameter', {
      details: 'A number that is also used in the WhatsApp Business app cannot be deregistered.',
    });
  }
  if (members.platform_type !== 'CLOUD_API') throw new StandInError(133010, 'Phone number is not registered');
  Object.assign(members, { status: 'DISCONNECTED', platform_type: 'NOT_APPLICABLE' });
  // Deregistering switches local storage off.
  hidden.storage = NO_LOCAL_STORAGE;
  return SUCCESS;
}

/** `POST /{id}`: PIN, display name or webhook override. */
export function changeNumber(
  number: StandInNumberState,
  parameters: WriteParameters,
  { happened, nameRequested, subscribed }: WriteOptions & { readonly subscribed: boolean },
): StandInAnswer {
  const { members, hidden } = number;
  const { pin, new_display_name: name, webhook_configuration: override } = parameters;
  if (pin !== undefined) {
    if (typeof pin !== 'string' || !/^\d{6}$/.test(pin)) throw missing('pin');
    Object.assign(hidden, { pin, wrongPins: 0 });
    members.is_pin_enabled = true;
    happened(number, 'security', { display_phone_number: digitsOf(number), event: 'PIN_CHANGED' });
  }
  if (name !== undefined) {
    if (typeof name !== 'string' || name.length < 2 || name.length > 75) throw missing('new_display_name');
    Object.assign(members, { new_display_name: name, new_name_status: 'PENDING_REVIEW' });
    nameRequested(number);
  }
  if (override !== undefined) {
    const { override_callback_uri: url, verify_token: token } = isObject(override) ? override : {};
    if (typeof url !== 'string' || url.length > 200 || (url !== '' && typeof token !== 'string')) {
      throw missing('webhook_configuration');
    }
    if (url !== '' && !subscribed) throw refusal('not_subscribed');
    const { phone_number: _, ...others } = members.webhook_configuration as Record<string, unknown>;
    members.webhook_configuration = url === '' ? others : { ...others, phone_number: url };
  }
  return SUCCESS;
}

/** The welcome message was removed on 27 March 2026. */
const CONVERSATION_MEMBERS = ['prompts', 'commands'];

export function setConversation({ members }: StandInNumberState, parameters: WriteParameters): StandInAnswer {
  const stranger = Object.keys(parameters).find((name) => !CONVERSATION_MEMBERS.includes(name));
  if (stranger !== undefined) throw missing(stranger);
  for (const [name, most] of [
    ['prompts', 4],
    ['commands', 30],
  ] as const) {
    const list = parameters[name];
    if (list !== undefined && (!Array.isArray(list) || list.length > most)) throw missing(name);
  }
  members.conversational_automation = { ...(members.conversational_automation as object), ...parameters };
  return SUCCESS;
}

/** `POST /{account}/phone_numbers`: a new number, or one that moves from another account. */
export function addOrMigrate(state: State, accountId: string, parameters: WriteParameters): StandInAnswer {
  if (!state.accounts.has(accountId)) throw notFound(accountId, 'POST');
  const { cc, phone_number: number, verified_name: name } = parameters;
  if (typeof cc !== 'string' || typeof number !== 'string') throw missing('cc, phone_number');
  const digits = number.startsWith(cc) ? number : cc + number;
  const taken = [...state.numbers.values()].find((other) => digitsOf(other) === digits);
  const migrate = parameters.migrate_phone_number === true || parameters.migrate_phone_number === 'true';
  if (taken?.accountId === accountId) throw refusal('listed_already');
  if (taken !== undefined && !migrate) {
    throw new StandInError(100, 'Invalid parameter', { details: 'The number belongs to another account.' });
  }
  if (taken?.hidden.pin) throw refusal('two_step_on');
  if (taken !== undefined) taken.members.status = 'MIGRATED';
  const id = String(10n ** 15n + BigInt(state.numbers.size) + 54_321n);
  addNumber(state, accountId, {
    ...NEW_NUMBER,
    id,
    display_phone_number: `+${digits}`,
    verified_name: typeof name === 'string' ? name : (taken?.members.verified_name ?? 'Lucky Shrub'),
  });
  return { status: 200, body: { id } };
}

function countRegistration(times: number[], nowMs: number): void {
  const lately = times.filter((timeMs) => nowMs - timeMs < REGISTRATION_WINDOW_MS);
  times.splice(0, times.length, ...lately);
  if (lately.length >= REGISTRATIONS_PER_WINDOW) throw refusal('registered_too_often');
  times.push(nowMs);
}

/** A wrong PIN counts: after some of them even the right one is refused. */
function checkPin({ hidden }: StandInNumberState, pin: string): void {
  if (hidden.pin === null) return;
  if (hidden.wrongPins >= WRONG_PINS_BEFORE_LOCK) throw refusal('pin_locked');
  if (pin !== hidden.pin) {
    hidden.wrongPins += 1;
    throw refusal('wrong_pin');
  }
  hidden.wrongPins = 0;
}

function missing(name: string): StandInError {
  return new StandInError(100, 'Invalid parameter', { details: `The parameter ${name} is missing or not valid.` });
}

function sixDigits(random: () => number): string {
  return String(Math.floor(random() * 1_000_000)).padStart(6, '0');
}
