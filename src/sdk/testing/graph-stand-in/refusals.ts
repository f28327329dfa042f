/**
 * Meta's refusals of operations by name, with code, subcode and, where one was recorded, Meta's own sentence. The stand-in gives
 * most of them by itself when its state asks for them; `refuse` gives any of them to the next call.
 */
import { type ErrorOptions, graphError, type StandInAnswer, StandInError } from './graph-replies.ts';

interface NamedRefusal extends ErrorOptions {
  /** The end of the path of the calls it answers. */
  readonly edge: RegExp;
  readonly code: number;
  readonly message: string;
}

const NODE = /^\/\d+$/;
const REGISTER = /\/register$/;
const REQUEST_CODE = /\/request_code$/;
const VERIFY_CODE = /\/verify_code$/;
const NUMBERS = /\/phone_numbers$/;
const OVERRIDE = /^\/\d+(\/subscribed_apps)?$/;

const CERTIFICATE = { code: 100, message: 'Invalid parameter', subcode: 2388001, title: 'Cannot Create Certificate' };
const NO_CODE = { edge: REQUEST_CODE, code: 136024, message: 'Request code error', transient: false };
/** Meta's texts of these were not recorded. */
const MOVE = { edge: NUMBERS, code: 100, message: 'Invalid parameter', title: 'Cannot Migrate Phone Number' };
const SUBCODE_OF_SDKS = { edge: REGISTER, code: 100, message: 'Invalid parameter' };

export const STAND_IN_REFUSALS = {
  wrong_pin: {
    edge: REGISTER,
    code: 133005,
    message: 'Two-step verification PIN mismatch',
    details: 'The PIN is wrong.',
  },
  verify_again: {
    edge: REGISTER,
    code: 133006,
    message: 'Phone number re-verification needed',
    details: 'Verify the phone number before registering it.',
  },
  pin_locked: {
    edge: REGISTER,
    code: 133008,
    message: 'Too many two-step verification PIN guesses',
    details: 'Try again in 12 hours.',
  },
  pin_too_fast: {
    edge: REGISTER,
    code: 133009,
    message: 'Two-step verification PIN guessed too fast',
    details: 'Try again in 60 seconds.',
  },
  deleted_lately: {
    edge: REGISTER,
    code: 133015,
    message: 'Phone number was recently deleted',
    details: 'Wait 5 minutes before registering it.',
  },
  registered_too_often: {
    edge: /\/(de)?register$/,
    code: 133016,
    message: 'Account register or deregister rate limit exceeded',
    details: 'Too many attempts in 72 hours.',
  },
  still_in_app: {
    ...CERTIFICATE,
    edge: REGISTER,
    userMessage:
      'This number is registered to an existing WhatsApp account. To use this number, disconnect it from the existing account.',
  },
  name_not_processed: {
    ...CERTIFICATE,
    edge: REGISTER,
    userMessage: 'The display name of this number cannot be processed. Change it and try again.',
  },
  two_step_on: {
    ...CERTIFICATE,
    edge: /\/(register|phone_numbers)$/,
    userMessage: 'Please ensure two-factor authentication is disabled.',
  },
  /** A number of the WhatsApp Business app. */
  smb_number: { edge: REGISTER, code: 100, message: 'Register endpoint is not available for SMB businesses.' },
  verified_already: { ...NO_CODE, details: 'The phone number is verified already.' },
  no_code_for_now: {
    ...NO_CODE,
    subcode: 2388091,
    title: "Couldn't send code",
    userMessage:
      'Request code failed: Our servers are temporarily unavailable. Please wait 1 hour before trying again.',
  },
  codes_too_often: {
    ...NO_CODE,
    subcode: 2388367,
    title: "Couldn't send code",
    userMessage:
      'Request code failed: You have requested a code too many times. Please wait 24 hours before trying again.',
  },
  wrong_code: {
    edge: VERIFY_CODE,
    code: 136025,
    message: 'Verify code error',
    details: 'The code is wrong or has expired.',
  },
  listed_already: {
    ...MOVE,
    subcode: 2388012,
    title: 'Cannot Add Phone Number',
    userMessage: 'The phone number is in the list of this account already.',
  },
  cannot_move: { ...MOVE, subcode: 2388093, userMessage: 'This phone number is not eligible for migration.' },
  cannot_move_yet: { ...MOVE, subcode: 2388103, userMessage: 'This phone number cannot be migrated now.' },
  not_subscribed: {
    edge: OVERRIDE,
    code: 100,
    message:
      'Before override the current callback uri, your app must be subscribed to receive messages for WhatsApp Business Account',
  },
  callback_not_verified: {
    edge: OVERRIDE,
    code: 2200,
    message: 'Callback verification failed with the following errors: HTTP Status Code = 404; HTTP Message = Not Found',
  },
  no_such_object: { edge: NODE, code: 803, message: 'Some of the aliases you requested do not exist' },
  sdk_code_1357045: { ...SUBCODE_OF_SDKS, subcode: 1357045 },
  sdk_code_1357046: { ...SUBCODE_OF_SDKS, subcode: 1357046 },
  sdk_code_1357047: { ...SUBCODE_OF_SDKS, subcode: 1357047 },
} as const satisfies Record<string, NamedRefusal>;

export type StandInRefusal = keyof typeof STAND_IN_REFUSALS;

/** As an operation throws it. */
export function refusal(name: StandInRefusal): StandInError {
  const { code, message, edge: _, ...options }: NamedRefusal = STAND_IN_REFUSALS[name];
  return new StandInError(code, message, options);
}

/** As a scripted answer to the next call that it can be an answer to. */
export function scriptedRefusal(
  name: StandInRefusal,
): StandInAnswer & { readonly method: 'POST'; readonly path: RegExp } {
  const { code, message, edge, ...options }: NamedRefusal = STAND_IN_REFUSALS[name];
  return { ...graphError(code, message, options), method: 'POST', path: edge };
}
