/** What `import … from 'hubcast'` gives. It loads neither express nor kafkajs: any Kafka client does. */
export { decodeEvent } from '../events/decoding/decode-event.ts';
export { type DecodeIssue, type DecodeReason, EventDecodeError } from '../events/decoding/event-decode-error.ts';
export type { EncodedRecord } from '../events/decoding/record-parts.ts';
export { stringifyEvent } from '../events/decoding/stringify-event.ts';
export type {
  DeadLetterEvent,
  PhoneNumberChangedEvent,
  UnknownEvent,
  WebhookEvent,
  WebhookEventOf,
  WebhookEventsOf,
  WebhookEventType,
  WebhookField,
} from '../events/decoding/webhook-event.ts';
export { isDeadLetter, isEventOf, isEventOfField, isTest, isUnknown } from './guards.ts';
