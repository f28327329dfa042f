/**
 * What consumers may write, pinned: this file is only type-checked, here and in an empty project that has the package
 * installed. Each `@ts-expect-error` is a promise too: it fails once the line below compiles.
 */
import {
  type DeadLetterEvent,
  decodeEvent,
  isEventOf,
  isEventOfField,
  type UnknownEvent,
  type WebhookEvent,
  type WebhookEventOf,
  type WebhookEventType,
} from 'hubcast-events';

/** True only for the very same type. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <_T extends true>(): void => undefined;

export function read(record: {
  value: Uint8Array | null;
  headers?: Record<string, Uint8Array | string | undefined>;
}): string {
  const event: WebhookEvent = decodeEvent(record);
  same<Same<typeof event.specversion, '1.0'>>();
  same<Same<typeof event.subject, string | undefined>>();

  // @ts-expect-error which members the value has depends on the type
  event.data.value.decision;

  switch (event.type) {
    case 'whatsapp.messages.message':
      same<Same<typeof event.data.field, 'messages'>>();
      // Meta sends ids as text here and as numbers there.
      same<Same<typeof event.data.value.id, string | number | bigint>>();
      same<Same<typeof event.data.value.timestamp, string | number | bigint | null | undefined>>();
      // Members Meta adds are there, and unknown.
      same<Same<typeof event.data.value.not_yet_documented, unknown>>();
      // @ts-expect-error a text may be absent
      event.data.value.text.body;
      return event.data.context.contacts?.[0]?.profile?.name ?? event.data.value.text?.body ?? '';
    case 'whatsapp.phone_number_quality_update':
      same<
        Same<
          typeof event.data.derived.limit,
          WebhookEventOf<'whatsapp.phone_number_quality_update'>['data']['derived']['old_limit']
        >
      >();
      same<Same<NonNullable<typeof event.data.derived.limit>['unique_recipients_per_day'], number | null>>();
      same<Same<NonNullable<typeof event.data.derived.limit>['scope'], 'portfolio' | 'phone_number' | 'throughput'>>();
      // @ts-expect-error events that are a whole value have no context
      event.data.context.metadata;
      return event.data.phone_number?.digits ?? '';
    case 'whatsapp.unknown':
      same<Same<typeof event, UnknownEvent>>();
      return event.originalType;
    case 'whatsapp.dead_letter':
      same<Same<typeof event, DeadLetterEvent>>();
      return event.data.issues.map(({ path, message }) => `${path} ${message}`).join();
    // @ts-expect-error no such type
    case 'whatsapp.message':
      return '';
    default:
      return event.data.account_id ?? '';
  }
}

export function guards(events: readonly WebhookEvent[], event: WebhookEvent): void {
  const names = events.filter((one) => isEventOf(one, 'whatsapp.phone_number_name_update'));
  const decisions = names.map(({ data }) => data.value.decision);
  // Known values complete in an editor, others pass.
  same<Same<(typeof decisions)[number], 'APPROVED' | 'DEFERRED' | 'PENDING' | 'REJECTED' | (string & {})>>();
  if (isEventOfField(event, 'messages')) {
    same<
      Same<
        typeof event.type,
        | 'whatsapp.messages.message'
        | 'whatsapp.messages.status'
        | 'whatsapp.messages.user_action'
        | 'whatsapp.messages.error'
      >
    >();
  }
  // @ts-expect-error no such type
  isEventOf(event, 'messages.message');
  // @ts-expect-error no such field
  isEventOfField(event, 'message');
  // @ts-expect-error parsed JSON has lost digits
  decodeEvent({ value: { id: 1 } });
}

const types: Partial<Record<WebhookEventType, string>> = { 'whatsapp.calls.status': 'call' };
same<Same<Extract<keyof typeof types, 'whatsapp.calls.status'>, 'whatsapp.calls.status'>>();
