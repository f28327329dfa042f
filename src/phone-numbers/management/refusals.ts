/**
 * What Meta's refusals of an operation mean, what to do, and how long to wait: one row a code, or a subcode, which wins. Some
 * mean different things for different operations. HTTP, command line and docs/ show the same rows, beside Meta's own sentence.
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
 */
import type { GraphFailure } from '../../meta-graph/graph-error.ts';
import type { ChangeName } from './changes.ts';

export interface Refusal {
  /** Codes or subcodes; a range as its ends. */
  readonly codes: readonly (number | readonly [from: number, to: number])[];
  /** Operations the row is about; null: all that have no row of their own. */
  readonly operations: readonly ChangeName[] | null;
  readonly about: string;
  readonly todo: string;
  /** Seconds until the same may be tried again; null: waiting does not help, or only Meta's sentence tells how long. */
  readonly waitSeconds: number | null;
  /** True: Meta failed, and the operation may have been carried out. */
  readonly unknown: boolean;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const MOVES: readonly ChangeName[] = ['add-number', 'migrate-number'];
const OVERRIDES: readonly ChangeName[] = ['set-webhook', 'set-account-webhook'];

type Options = Partial<Pick<Refusal, 'operations' | 'waitSeconds' | 'unknown'>>;

const row = (codes: Refusal['codes'], about: string, todo: string, options: Options = {}): Refusal => ({
  codes,
  operations: null,
  about,
  todo,
  waitSeconds: null,
  unknown: false,
  ...options,
});

export const REFUSALS: readonly Refusal[] = [
  row(
    [133005],
    'The two-step verification PIN is not the PIN of this number.',
    'Do not guess: every wrong PIN brings the lock of 133008 nearer. Give the PIN the number has, or set a new one (set-pin) and register with that.',
  ),
  row(
    [133006],
    'The number has to be verified again before it is registered.',
    'Request a code by SMS or call, verify it, then register. A verification lasts 14 days.',
  ),
  row(
    [133008],
    'Too many wrong PINs were given; the number is locked for a while.',
    "Wait as long as Meta's sentence says. Until then even the right PIN is refused.",
  ),
  row([133009], 'PINs were tried too fast.', "Wait as long as Meta's sentence says, then try once with the right PIN."),
  row(
    [133015],
    'The number was deleted a moment ago and cannot be registered yet.',
    'Wait 5 minutes, then register it.',
    {
      waitSeconds: 5 * MINUTE,
    },
  ),
  row(
    [133016],
    'The number was registered or deregistered 10 times in 72 hours, and is blocked from both.',
    'Wait 72 hours. Until then leave it as it is, and find out what registers it again and again.',
    { waitSeconds: 72 * HOUR },
  ),
  row(
    [2388001],
    "Meta cannot make the number's certificate. Only Meta's sentence tells which cause it is: the number still has an account in the WhatsApp app; its display name cannot be processed; or, for a number that moves, it is not confirmed to be yours or two-step verification is on.",
    'An account in the app: connect the number by Embedded Signup (coexistence), or delete its account in the app and register again. The display name: request another one (request-display-name). A move: switch two-step verification off in WhatsApp Manager, where the number comes from, and verify it by code.',
  ),
  row(
    [2388091],
    'Meta can send no code to this number for now.',
    'Wait an hour, then ask once. Where the same answer comes back for days, users found that the number still had an account in the WhatsApp app.',
    { operations: ['request-code'], waitSeconds: HOUR },
  ),
  row(
    [2388367],
    'Codes were requested too often for this number. SMS and calls count together.',
    'Wait 24 hours, then ask once.',
    { operations: ['request-code'], waitSeconds: 24 * HOUR },
  ),
  row(
    [136024],
    'Meta did not send a code. A number that is verified already is refused so, too.',
    'See where the number stands (registration). If it is not verified: check that it can take an SMS or a call, pause some minutes, then ask once.',
  ),
  row(
    [136025],
    'The code is wrong or outdated.',
    'Type the digits of the last SMS or call. If they are refused again, request a new code (request-code).',
  ),
  row(
    [2388012],
    'The number is in the list of this account already.',
    'Look it up (numbers find) and go on with its id.',
    {
      operations: MOVES,
    },
  ),
  row(
    [2388091, 2388093, 2388103],
    'The number cannot move to this account as things are.',
    'Check: two-step verification is off at the source (in WhatsApp Manager; no API does it), the name is approved with no change in review, and the account here is approved, can pay, and has the app subscribed. Test numbers and numbers of the WhatsApp Business app cannot move.',
    { operations: MOVES },
  ),
  row(
    [2200],
    "Meta called the new URL to verify it and did not get its challenge back. Meta's sentence gives the status your server answered.",
    'Make the URL reachable from the internet with a valid certificate, and answer GET with status 200 and hub.challenge as the body when hub.verify_token is the token given here. Nothing has changed: events go where they went.',
  ),
  row(
    [100],
    'Meta does not register the number as it is now. "Not available for SMB businesses" means that it is a number of the WhatsApp Business app.',
    'A number of the WhatsApp Business app: connect it by Embedded Signup (coexistence), or delete its account in the app, then verify and register it. Otherwise do what Meta\'s sentence says; "registration" shows where the number stands.',
    { operations: ['register'] },
  ),
  row(
    [100],
    'Meta does not take the override. It takes none before the app is subscribed to the account.',
    'Subscribe the app to the account first ("hubcast subscribe"), then set the override. Otherwise do what Meta\'s sentence says about the URL.',
    { operations: OVERRIDES },
  ),
  row([133000], 'An earlier deregistration was not completed.', 'Deregister the number again, then register it.'),
  row([133004], "Meta's server is unavailable for a while.", 'Try again later.'),
  row([133010, 2207051], 'The number is not registered.', 'Register it with its PIN.'),
  row([131045], 'The number is not registered properly.', 'Register it with its PIN.'),
  row([2494100], 'The number is being moved or maintained.', 'Try again in some minutes.'),
  row([131057], 'The account is in maintenance, or its throughput is being raised.', 'Try again in a minute.', {
    waitSeconds: MINUTE,
  }),
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
  row([803], 'Meta has no object with this id.', 'Check the id: it may be of another account, or deleted.'),
  row(
    [100, 131008, 131009],
    'Meta does not take one of the values, or cannot do this with the number as it is now.',
    'Do what Meta\'s sentence says; "registration" shows where the number stands.',
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
  row(
    [1, 2, 131000, 131016],
    'Meta failed. It may have carried out the operation.',
    'See where the number stands (registration) before trying again.',
    { unknown: true },
  ),
  row(
    [1357045, 1357046, 1357047],
    "An SDK's page lists this code for PINs; Meta does not. Meta documents 133005, 133006, 133008, 133009 and 133016 for PINs and registration.",
    "Do what Meta's sentence says, and see where the number stands (registration).",
  ),
];

const OTHER: Refusal = row(
  [],
  'Meta refuses this with a code that hubcast cannot explain.',
  "Do what Meta's sentence says, and see its page of error codes.",
);
/** Of an object that cannot be seen; a row of its own, as 100 alone means something else. */
const NOT_SEEN: Refusal = row(
  [],
  'The number or account does not exist, or the access token may not change it. Meta gives the same answer for both.',
  'Check the id, and that the system user of META_ACCESS_TOKEN has the account as an asset.',
);
const NOT_SEEN_SUBCODE = 33;
/** Smaller subcodes belong to other codes' own lists and only look like codes. */
const FIRST_SUBCODE = 100_000;

/** No answer came, or none that can be read. */
const SILENCE: Refusal = row(
  [],
  'No readable answer came from Meta. It may have carried out the operation.',
  'See where the number stands (registration) before trying again.',
  { unknown: true },
);

/**
 * @param failure null when no answer came
 * @param operation what was refused; null for a reading
 */
export function refusalOf(
  failure: Pick<GraphFailure, 'code' | 'subcode' | 'httpStatus'> | null,
  operation: ChangeName | null,
): Refusal {
  if (failure === null) return SILENCE;
  const { code, subcode, httpStatus } = failure;
  if (code === 100 && subcode === NOT_SEEN_SUBCODE) return NOT_SEEN;
  const ofCode = code === null ? undefined : rowOf(code, operation);
  const ofSubcode = subcode === null || subcode < FIRST_SUBCODE ? undefined : rowOf(subcode, operation);
  // Whether Meta refused or failed is said by the code.
  if (ofSubcode !== undefined) return { ...ofSubcode, unknown: ofCode?.unknown ?? httpStatus >= 500 };
  return ofCode ?? (httpStatus >= 500 || (code === null && httpStatus < 400) ? SILENCE : OTHER);
}

function rowOf(code: number, operation: ChangeName | null): Refusal | undefined {
  const rows = REFUSALS.filter(({ codes }) =>
    codes.some((one) => (typeof one === 'number' ? one === code : one[0] <= code && code <= one[1])),
  );
  const own = rows.find(({ operations }) => operation !== null && operations?.includes(operation));
  return own ?? rows.find(({ operations }) => operations === null);
}

export function codesText({ codes }: Refusal): string {
  return codes.map((one) => (typeof one === 'number' ? String(one) : `${one[0]} to ${one[1]}`)).join(', ');
}

/** @returns '72 hours', '5 minutes', '30 seconds' */
export function durationText(seconds: number): string {
  const [count, unit] =
    seconds % HOUR === 0
      ? [seconds / HOUR, 'hour']
      : seconds % MINUTE === 0
        ? [seconds / MINUTE, 'minute']
        : [seconds, 'second'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
