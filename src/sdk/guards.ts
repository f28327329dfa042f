/** Type guards: for `filter`, and where a comparison of `type` would be long. */
import type {
  DeadLetterEvent,
  UnknownEvent,
  WebhookEvent,
  WebhookEventOf,
  WebhookEventsOf,
  WebhookEventType,
  WebhookField,
} from '../events/decoding/webhook-event.ts';

/** One of the types named. */
export function isEventOf<Type extends WebhookEventType>(
  event: WebhookEvent,
  ...types: readonly [Type, ...Type[]]
): event is WebhookEventOf<Type> {
  return (types as readonly string[]).includes(event.type);
}

/** Any event of one of Meta's fields, typed. */
export function isEventOfField<Field extends WebhookField>(
  event: WebhookEvent,
  field: Field,
): event is WebhookEventsOf<Field> {
  return event.data.field === field && !isUnknown(event) && !isDeadLetter(event);
}

export function isUnknown(event: WebhookEvent): event is UnknownEvent {
  return event.type === 'whatsapp.unknown';
}

export function isDeadLetter(event: WebhookEvent): event is DeadLetterEvent {
  return event.type === 'whatsapp.dead_letter';
}

/** Sent by the Test button of Meta's dashboard. */
export function isTest(event: WebhookEvent): boolean {
  return event.data.test;
}
