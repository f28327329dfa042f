/** Converts Meta's phone number node to the state, and back. */

import { readLimit } from '../../fields/phone-numbers/messaging-limit.ts';
import { digitsOf } from '../../fields/values.ts';
import type { GraphNumber } from '../../meta-graph/phone-number-reads.ts';
import type { CachedNumber } from '../look-ups/account-list.ts';
import type { GraphReading, KeptNumber, NumberState } from './number-state.ts';

/** Omits members that Graph omits, so that their known values stay. */
export function toReading(value: GraphNumber): GraphReading {
  const limit = value.whatsapp_business_manager_messaging_limit;
  const answered: { [Member in keyof NumberState]?: NumberState[Member] | undefined } = {
    display_phone_number: text(value.display_phone_number),
    verified_name: text(value.verified_name),
    status: text(value.status),
    quality_rating: text(value.quality_rating) ?? text(member(value.quality_score, 'score')),
    name_status: text(value.name_status),
    new_name_status: text(value.new_name_status),
    // Graph returns it while a change is under review, so its absence has a meaning only if the answer has the review.
    new_display_name: text(value.new_display_name) ?? (value.new_name_status === undefined ? undefined : null),
    code_verification_status: text(value.code_verification_status),
    limit: typeof limit === 'string' || typeof limit === 'number' ? readLimit(limit, 'portfolio') : undefined,
    pin_enabled: flag(value.is_pin_enabled),
    platform_type: text(value.platform_type),
    throughput: text(member(value.throughput, 'level')),
    account_mode: text(value.account_mode),
    official_business_account: flag(value.is_official_business_account),
    on_business_app: flag(value.is_on_biz_app),
  };
  return { ...Object.fromEntries(Object.entries(answered).filter(([, known]) => known !== undefined)), id: value.id };
}

/** The answer of a replica without Graph: the state as Meta's phone number node. */
export function toCachedState({ accountId, digits, state }: KeptNumber, fetchedAtMs: number): CachedNumber {
  const value = {
    id: state.id,
    display_phone_number: state.display_phone_number ?? digits,
    verified_name: state.verified_name,
    status: state.status,
    code_verification_status: state.code_verification_status,
    quality_rating: state.quality_rating,
    platform_type: state.platform_type,
    throughput: state.throughput === null ? null : { level: state.throughput },
    account_mode: state.account_mode,
    name_status: state.name_status,
    new_name_status: state.new_name_status,
    new_display_name: state.new_display_name,
    whatsapp_business_manager_messaging_limit: state.limit?.tier ?? state.limit?.unique_recipients_per_day ?? null,
    is_official_business_account: state.official_business_account,
    is_pin_enabled: state.pin_enabled,
    is_on_biz_app: state.on_business_app,
  };
  const known = Object.fromEntries(Object.entries(value).filter(([, answered]) => answered !== null));
  return { value: { ...known, id: state.id }, accountId, digits: digitsOf(digits), fetchedAtMs };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function flag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
