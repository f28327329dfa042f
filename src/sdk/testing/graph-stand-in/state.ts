/** What the stand-in knows: accounts, their numbers, and what Meta keeps of a number without showing it. */

/** A number as Graph shows it: any member of the phone number node. */
export type StandInNumber = { readonly id: string; readonly display_phone_number: string } & Readonly<
  Record<string, unknown>
>;

export interface StandInAccount {
  readonly id: string;
  /** The business portfolio; accounts of one portfolio share its limits. */
  readonly portfolioId?: string;
  readonly name?: string;
  /** `verified` raises the count of numbers a portfolio may register from 2 to 20. */
  readonly businessVerificationStatus?: string;
  readonly numbers: readonly StandInNumber[];
  /** False: the app is not subscribed to it. */
  readonly subscribed?: boolean;
  /** Where its webhooks go instead of the app's callback URL. */
  readonly overrideUrl?: string;
}

/** What Meta keeps of a number and never shows. */
export interface Hidden {
  pin: string | null;
  code: string | null;
  wrongPins: number;
  /** Times of register and deregister, ms. */
  registrations: number[];
  deregistrations: number[];
  /** Times at which codes were sent, ms. */
  codesRequested: number[];
  /** A verification by code lasts 14 days. Null: as `code_verification_status` says. */
  verifiedMs: number | null;
  /** `storage_configuration` of the settings edge. */
  storage: Readonly<Record<string, unknown>>;
  deletedMs: number | null;
}

export const NO_LOCAL_STORAGE = { status: 'DEFAULT' } as const;

export interface StandInNumberState {
  readonly accountId: string;
  members: Record<string, unknown> & { id: string; display_phone_number: string };
  readonly hidden: Hidden;
}

export interface State {
  readonly accounts: Map<string, StandInAccount>;
  readonly numbers: Map<string, StandInNumberState>;
  /** Callback URLs of whole accounts. */
  readonly overrides: Map<string, string>;
  /** Accounts that the app is subscribed to. */
  readonly subscribed: Set<string>;
  readonly appId: string;
}

const APP_ID = '670843887433847';

export function createState(accounts: readonly StandInAccount[], appId = APP_ID): State {
  const state: State = {
    accounts: new Map(),
    numbers: new Map(),
    overrides: new Map(),
    subscribed: new Set(),
    appId,
  };
  for (const account of accounts) {
    state.accounts.set(account.id, account);
    if (account.subscribed !== false) state.subscribed.add(account.id);
    if (account.overrideUrl !== undefined) state.overrides.set(account.id, account.overrideUrl);
    for (const number of account.numbers) addNumber(state, account.id, number);
  }
  return state;
}

export function addNumber(state: State, accountId: string, number: StandInNumber): StandInNumberState {
  const added: StandInNumberState = {
    accountId,
    members: withScore({ ...CONNECTED_NUMBER, ...number }, number),
    hidden: {
      pin: null,
      code: null,
      wrongPins: 0,
      registrations: [],
      deregistrations: [],
      codesRequested: [],
      verifiedMs: null,
      storage: NO_LOCAL_STORAGE,
      deletedMs: null,
    },
  };
  state.numbers.set(number.id, added);
  return added;
}

export function changeMembers(number: StandInNumberState, changed: Readonly<Record<string, unknown>>): void {
  number.members = withScore({ ...number.members, ...changed }, changed);
}

/** `quality_score` says the same as `quality_rating`, unless it is set itself. */
function withScore<Members extends Record<string, unknown>>(
  members: Members,
  { quality_rating: score, quality_score: set }: Readonly<Record<string, unknown>>,
): Members {
  return score === undefined || set !== undefined ? members : { ...members, quality_score: { score } };
}

export function digitsOf({ members }: StandInNumberState): string {
  return members.display_phone_number.replace(/\D/g, '');
}

/** Numbers of an account, newest first, as the edge lists them by default. */
export function numbersOf(state: State, accountId: string): StandInNumberState[] {
  return [...state.numbers.values()].filter((number) => number.accountId === accountId).reverse();
}

/** A number in good order; what a test does not say is like this. */
export const CONNECTED_NUMBER = {
  verified_name: 'Lucky Shrub',
  name_status: 'APPROVED',
  new_name_status: 'NONE',
  status: 'CONNECTED',
  code_verification_status: 'VERIFIED',
  quality_rating: 'GREEN',
  quality_score: { score: 'GREEN' },
  whatsapp_business_manager_messaging_limit: 'TIER_2K',
  throughput: { level: 'STANDARD' },
  platform_type: 'CLOUD_API',
  account_mode: 'LIVE',
  is_official_business_account: false,
  is_pin_enabled: true,
  is_on_biz_app: false,
  last_onboarded_time: '2026-02-04T17:40:07+0000',
  webhook_configuration: { application: 'https://hooks.example.com/webhook' },
} as const;

/** A number just added and not registered yet. */
export const NEW_NUMBER = {
  status: 'PENDING',
  code_verification_status: 'NOT_VERIFIED',
  quality_rating: 'UNKNOWN',
  quality_score: { score: 'UNKNOWN' },
  platform_type: 'NOT_APPLICABLE',
  throughput: { level: 'NOT_APPLICABLE' },
  name_status: 'AVAILABLE_WITHOUT_REVIEW',
  is_pin_enabled: false,
  last_onboarded_time: undefined,
} as const;
