/**
 * What the bodies of a workload look like. A body is a function of the seed and its number in the run, so that a run can be repeated, and no
 * two bodies of a run are alike: a store that skips repetitions must not be flattered.
 */
export interface BodyOrder {
  readonly seed: number;
  readonly sequence: number;
  /** Unix seconds about which the entries' times lie. */
  readonly aroundSec: number;
}

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
export function nameUpdate(order: BodyOrder): string {
  const { seed, sequence } = order;
  const { draw, digits } = sender(order);
  const [decision, rejection_reason] = OUTCOMES[(draw >>> 16) % OUTCOMES.length] ?? OUTCOMES[0];
  return toBody(order, 'phone_number_name_update', {
    display_phone_number: digits,
    decision,
    requested_verified_name: `Lucky Shrub ${seed.toString(36)}-${sequence.toString(36)}`,
    rejection_reason,
  });
}

/** As many receipts of messages of one number, as Meta bundles them when much happens at once. */
export function statuses(order: BodyOrder, count: number): string {
  const { draw, metadata } = sender(order);
  return toBody(order, 'messages', {
    messaging_product: 'whatsapp',
    metadata,
    statuses: Array.from({ length: count }, (_, index) => ({
      id: messageId(order, index),
      status: STATUSES[(draw + index) % STATUSES.length],
      timestamp: String(order.aroundSec - (index % 60)),
      recipient_id: participant(order, index),
    })),
  });
}

const STATUSES = ['sent', 'delivered', 'read'] as const;

function textMessage(order: BodyOrder): string {
  const { metadata } = sender(order);
  const from = participant(order, 0);
  return toBody(order, 'messages', {
    messaging_product: 'whatsapp',
    metadata,
    contacts: [{ profile: { name: 'Pablo Morales' }, wa_id: from }],
    messages: [
      {
        from,
        id: messageId(order, 0),
        timestamp: String(order.aroundSec),
        type: 'text',
        text: { body: `Do you have the blue one as well? (${order.sequence.toString(36)})` },
      },
    ],
  });
}

function templateStatus(order: BodyOrder): string {
  const { draw } = sender(order);
  return toBody(order, 'message_template_status_update', {
    event: 'APPROVED',
    message_template_id: 1_000_000_000 + order.sequence,
    message_template_name: `offer_${(draw % 997).toString(36)}`,
    message_template_language: 'en_US',
    reason: 'NONE',
  });
}

/**
 * One update like those of a day: of a hundred, some seventy are receipts, twenty-five messages, and the rest are about
 * templates and names.
 */
export function ofADay(order: BodyOrder): string {
  const draw = scatter(order.seed + 1, order.sequence) % 100;
  if (draw < 70) return statuses(order, 1);
  if (draw < 95) return textMessage(order);
  return draw < 98 ? templateStatus(order) : nameUpdate(order);
}

function toBody(order: BodyOrder, field: string, value: object): string {
  const { account, draw } = sender(order);
  const time = order.aroundSec - ((draw >>> 8) % 3600);
  return JSON.stringify({
    object: 'whatsapp_business_account',
    entry: [{ id: account, time, changes: [{ field, value }] }],
  });
}

/** The account and number a body is about. */
function sender({ seed, sequence }: BodyOrder) {
  const draw = scatter(seed, sequence);
  const account = draw % ACCOUNTS;
  const number = account * NUMBERS_PER_ACCOUNT + ((draw >>> 10) % NUMBERS_PER_ACCOUNT);
  const digits = String(15550000000 + number);
  return {
    draw,
    digits,
    account: String(102290129340000 + account),
    metadata: { display_phone_number: digits, phone_number_id: String(106540352240000 + number) },
  };
}

function messageId({ seed, sequence }: BodyOrder, index: number): string {
  return `wamid.HBgLMTY1MDU1NTAwMDEVAgARGB${seed.toString(36)}${sequence.toString(36)}X${index.toString(36)}A=`;
}

function participant(order: BodyOrder, index: number): string {
  return String(16505000000 + (scatter(order.seed, order.sequence + index) % 1_000_000));
}

/** 32 well-mixed bits of two numbers: the finaliser of MurmurHash3. */
function scatter(seed: number, sequence: number): number {
  let bits = (Math.imul(seed, 0x9e3779b1) ^ sequence) >>> 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
