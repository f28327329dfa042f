/**
 * What Meta's refusals of an operation mean, what to do, and how long to wait: one row a code. Subcodes have rows of their
 * own and win. HTTP, command line and docs/ show the same rows.
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
 */
import type { GraphFailure } from '../../meta-graph/graph-error.ts';

export interface Refusal {
  /** Codes or subcodes; a range as its ends. */
  readonly codes: readonly (number | readonly [from: number, to: number])[];
  readonly about: string;
  readonly todo: string;
  /** Before the same may be tried again, in seconds; null: waiting alone does not help, or Meta alone tells how long. */
  readonly waitSeconds: number | null;
  /** True: Meta failed rather than refused, and nobody knows whether it was done. */
  readonly unknown: boolean;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;

const row = (codes: Refusal['codes'], about: string, todo: string, waitSeconds: number | null = null): Refusal => ({
  codes,
  about,
  todo,
  waitSeconds,
  unknown: false,
});

export const REFUSALS: readonly Refusal[] = [
  row(
    [133005],
    'The two-step verification PIN is not the one of this number.',
    'Do not guess: every wrong PIN brings the lock of 133008 nearer. Give the PIN the number has, or set a new one (operation pin) and register with that.',
  ),
  row(
    [133006],
    'The number has to be verified again before it is registered.',
    'Request a code by SMS or call, verify it, then register. A verification lasts 14 days.',
  ),
  row(
    [133008],
    'Too many wrong PINs were given; the number is locked for a while.',
    "Wait as long as Meta's details say. Even the right PIN is refused until then.",
  ),
  row([133009], 'PINs were tried too fast.', "Wait as long as Meta's details say, then try once with the right PIN."),
  row(
    [133015],
    'The number was deleted a moment ago and cannot be registered yet.',
    'Wait 5 minutes, then register it.',
    5 * MINUTE,
  ),
  row(
    [133016],
    'The number was registered or deregistered 10 times in 72 hours, and is blocked from both.',
    'Wait 72 hours. Until then leave it as it is, and find out what registers it again and again.',
    72 * HOUR,
  ),
  row(
    [2388001],
    'The number cannot be registered while its display name is in review.',
    'Wait for the decision (event phone_number_name_update, or operation display-name), then register.',
  ),
  row(
    [136024],
    'Meta did not send a code.',
    'Pause some minutes before asking again, check that the number can take an SMS or a call, and try the other way (VOICE instead of SMS).',
  ),
  row([133000], 'An earlier deregistration was not completed.', 'Deregister the number again, then register it.'),
  row([133004], "Meta's server is not available for a while.", 'Try again later.'),
  row([133010, 2207051], 'The number is not registered.', 'Register it with its PIN.'),
  row([131045], 'The number is not registered properly.', 'Register it with its PIN.'),
  row(
    [2388012, 2388091, 2388093, 2388103],
    'The number cannot move to this account as things are.',
    'Check: two-step verification is off at the source (in WhatsApp Manager; no API does it), the name is approved with no change in review, and the account here is approved, can pay, and has the app subscribed. Test numbers and numbers of the WhatsApp Business app cannot move.',
  ),
  row([2494100], 'The number is being moved or maintained.', 'Try again in some minutes.'),
  row([131057], 'The account is in maintenance, or its throughput is being raised.', 'Try again in a minute.', MINUTE),
  row(
    [131031],
    'The account is locked, or the PIN is wrong.',
    'Check the PIN, and the account in WhatsApp Manager > Account quality.',
  ),
  row(
    [131037],
    'The display name must be approved first.',
    'Wait for the review of the name, or request another name.',
  ),
  row([131042], 'There is a problem with the payment method of the account.', 'See Business settings > Billing.'),
  row(
    [368, 130497],
    'Meta blocks this business, or its country, by policy.',
    'See WhatsApp Manager > Account quality; a review can be requested there.',
  ),
  row([33], 'The number was deleted.', 'Add it again if it is still needed.'),
  row(
    [100, 131008, 131009],
    'Meta does not take one of the values, or cannot do this with the number as it is now.',
    "See Meta's details, and where the number stands (operation registration). A wrong or outdated code is refused so, too.",
  ),
  row(
    [3, 10, [200, 299], 131005],
    'The access token lacks a permission for this.',
    'Give the system user whatsapp_business_management and whatsapp_business_messaging, with full control of the account as an asset.',
  ),
  row(
    [0, 102, 104, 190],
    'Meta refuses the access token.',
    'Make a new system user token (Business settings > System users), and set META_ACCESS_TOKEN to it.',
  ),
  row(
    [4, 17, 32, 341, 613, 80007, 80008],
    "Meta's limit of calls is used up.",
    'Wait as long as Retry-After or Meta says, and make fewer calls: other programs with the same app use the same count.',
  ),
  {
    ...row(
      [1, 2, 131000, 131016],
      'Meta failed. It may have carried out the operation, or not.',
      'Look at where the number stands (operation registration) before trying again.',
    ),
    unknown: true,
  },
];

const OTHER: Refusal = row(
  [],
  'Meta refuses this, with a code hubcast has no explanation for.',
  "See Meta's details, and its page of error codes.",
);
/** Of an object that cannot be seen; a row of its own, as 100 alone means something else. */
const NOT_SEEN: Refusal = row(
  [],
  'The number or account does not exist, or the access token may not change it. Meta answers alike for both.',
  'Check the id, and that the system user of META_ACCESS_TOKEN has the account as an asset.',
);
const NOT_SEEN_SUBCODE = 33;
/** Small subcodes belong to other codes' own lists and only look like codes. */
const FIRST_SUBCODE = 100_000;

/** No answer at all, or none that can be read. */
const SILENCE: Refusal = {
  ...row(
    [],
    'No readable answer came from Meta. It may have carried out the operation, or not.',
    'Look at where the number stands (operation registration) before trying again.',
  ),
  unknown: true,
};

/** @param failure null when no answer came */
export function refusalOf(failure: Pick<GraphFailure, 'code' | 'subcode' | 'httpStatus'> | null): Refusal {
  if (failure === null) return SILENCE;
  const { code, subcode, httpStatus } = failure;
  const bySubcode = subcode === null || subcode < FIRST_SUBCODE ? undefined : rowOf(subcode);
  if (code === 100 && subcode === NOT_SEEN_SUBCODE) return NOT_SEEN;
  const found = bySubcode ?? (code === null ? undefined : rowOf(code));
  return found ?? (httpStatus >= 500 || (code === null && httpStatus < 400) ? SILENCE : OTHER);
}

function rowOf(code: number): Refusal | undefined {
  return REFUSALS.find(({ codes }) =>
    codes.some((one) => (typeof one === 'number' ? one === code : one[0] <= code && code <= one[1])),
  );
}

export function codesText({ codes }: Refusal): string {
  return codes.map((one) => (typeof one === 'number' ? String(one) : `${one[0]} to ${one[1]}`)).join(', ');
}

export function waitText({ waitSeconds }: Refusal): string {
  if (waitSeconds === null) return '';
  if (waitSeconds >= HOUR) return `${waitSeconds / HOUR} hours`;
  return `${waitSeconds / MINUTE} ${waitSeconds === MINUTE ? 'minute' : 'minutes'}`;
}
