/** Converts webhooks about a number, or about all numbers of an account, to members of the state. */
import type { WebhookEvent } from '../../events/decoding/webhook-event.ts';
import type { MemberChange, NumberState } from './number-state.ts';

export interface EventChange extends MemberChange {
  readonly accountId: string;
  /** Null: all numbers of the account. */
  readonly digits: string | null;
}

/** @returns null if the event has no member of the state */
export function toChange(event: WebhookEvent): EventChange | null {
  const members = membersOf(event);
  const atMs = Date.parse(event.time);
  if (members === null || event.data.test || Number.isNaN(atMs)) return null;
  const { account_id: accountId, phone_number: number } = event.data as {
    readonly account_id?: unknown;
    readonly phone_number?: { readonly digits?: string | null } | null;
  };
  if (typeof accountId !== 'string') return null;
  return { accountId, digits: number?.digits ?? null, members, atMs, by: event.id };
}

type Members = Readonly<Partial<NumberState>>;

function membersOf(event: WebhookEvent): Members | null {
  switch (event.type) {
    case 'whatsapp.phone_number_name_update':
      return ofNameReview(event.data.value);
    case 'whatsapp.phone_number_quality_update': {
      const { limit } = event.data.derived;
      return limit === null || limit.scope === 'throughput' ? null : { limit };
    }
    case 'whatsapp.business_capability_update': {
      const { limit } = event.data.derived;
      return limit === null ? null : { limit };
    }
    case 'whatsapp.security':
      return OF_PIN[event.data.value.event] ?? null;
    case 'whatsapp.account_review_update':
      return { account_review: event.data.value.decision };
    case 'whatsapp.account_update':
      return ofAccount(event.data.value);
    default:
      return null;
  }
}

type ValueOf<Type extends WebhookEvent['type']> =
  Extract<WebhookEvent, { type: Type }> extends { data: { value: infer Value } } ? Value : never;

function ofNameReview(value: ValueOf<'whatsapp.phone_number_name_update'>): Members {
  const { decision, requested_verified_name: name, rejection_reason: reason } = value;
  const outcome = { name_decision: decision, name_rejection_reason: reason ?? null };
  // The webhook does not show whether the first name or a change was rejected; a reading of Graph does.
  if (decision !== 'APPROVED') return outcome;
  return { ...outcome, name_status: 'APPROVED', new_display_name: null, ...(name ? { verified_name: name } : {}) };
}

const OF_PIN: Readonly<Record<string, Members>> = {
  PIN_CHANGED: { pin_enabled: true, pin_reset_requested: false },
  PIN_RESET_REQUEST: { pin_reset_requested: true },
  PIN_REQUEST_SUCCESS: { pin_reset_requested: false },
  PIN_RESET_SUCCESS: { pin_reset_requested: false },
};

function ofAccount(value: ValueOf<'whatsapp.account_update'>): Members | null {
  const { event, ban_info: ban, restriction_info: restriction } = value;
  switch (event) {
    case 'ACCOUNT_RESTRICTION': {
      const restrictions = [restriction ?? []].flat().flatMap(({ restriction_type: type, expiration }) => {
        return type == null ? [] : [{ type, expires_at: toTime(expiration) }];
      });
      return restrictions.length === 0 ? null : { restrictions };
    }
    case 'DISABLED_UPDATE': {
      const state = [ban?.waba_ban_state ?? []].flat().at(-1);
      return state === undefined ? null : { account_ban: state === 'REINSTATE' ? null : state };
    }
    case 'ACCOUNT_DELETED':
    case 'ACCOUNT_OFFBOARDED':
      return { account_left: event };
    case 'ACCOUNT_RECONNECTED':
      return { account_left: null };
    default:
      return null;
  }
}

/** The highest time that `Date` represents. */
const MAX_SECONDS = 8.64e12;

function toTime(seconds: unknown): string | null {
  const number = Number(seconds ?? Number.NaN);
  return Number.isFinite(number) && number > 0 && number < MAX_SECONDS ? new Date(number * 1000).toISOString() : null;
}
