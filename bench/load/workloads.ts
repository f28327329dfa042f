/**
 * What the bodies of a scenario look like. A body is a function of the seed and its number in the run, so that a run can be repeated, and no
 * two bodies of a run are alike: a store that skips repetitions must not be flattered.
 */
export type WorkloadName = keyof typeof WORKLOADS;

export interface BodyOrder {
  readonly seed: number;
  readonly sequence: number;
  /** Unix seconds about which the entries' times lie. */
  readonly aroundSec: number;
}

export const WORKLOADS = {
  'name-update': nameUpdate,
} as const satisfies Record<string, (order: BodyOrder) => string>;

const OUTCOMES = [
  ['APPROVED', null],
  ['DEFERRED', null],
  ['PENDING', null],
  ['REJECTED', 'NAME_FORMAT_UNACCEPTABLE'],
  ['REJECTED', 'NAME_NOT_CONSISTENT'],
  ['REJECTED', 'NAME_EMPLOYEE_ISSUE'],
] as const;

const ACCOUNTS = 500;
const NUMBERS_PER_ACCOUNT = 20;

/** One small update in the members and order of Meta's reference page; the name holds the number in the run. */
function nameUpdate({ seed, sequence, aroundSec }: BodyOrder): string {
  const draw = scatter(seed, sequence);
  const account = draw % ACCOUNTS;
  const number = account * NUMBERS_PER_ACCOUNT + ((draw >>> 10) % NUMBERS_PER_ACCOUNT);
  const [decision, rejection_reason] = OUTCOMES[(draw >>> 16) % OUTCOMES.length] ?? OUTCOMES[0];
  return JSON.stringify({
    object: 'whatsapp_business_account',
    entry: [
      {
        id: String(102290129340000 + account),
        time: aroundSec - ((draw >>> 8) % 3600),
        changes: [
          {
            field: 'phone_number_name_update',
            value: {
              display_phone_number: String(15550000000 + number),
              decision,
              requested_verified_name: `Lucky Shrub ${seed.toString(36)}-${sequence.toString(36)}`,
              rejection_reason,
            },
          },
        ],
      },
    ],
  });
}

/** 32 well-mixed bits of two numbers: the finaliser of MurmurHash3. */
function scatter(seed: number, sequence: number): number {
  let bits = (Math.imul(seed, 0x9e3779b1) ^ sequence) >>> 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
