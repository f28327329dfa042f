/**
 * The events hubcast makes itself: everything else stands in the registry of Meta's fields. Topics, types, JSON Schemas,
 * AsyncAPI, tables and the consumer kit derive from this list; a new type is one more entry.
 */
import { deadLetter } from './own/dead-letter.ts';
import { phoneNumberManaged } from './own/phone-number-managed.ts';
import { accountNumbers, phoneNumberChanged, phoneNumberState } from './own/phone-numbers.ts';
import { rawRequest } from './own/raw-request.ts';
import type { OwnEvent } from './own-event.ts';

export const OWN_EVENTS = [
  phoneNumberChanged,
  phoneNumberState,
  accountNumbers,
  phoneNumberManaged,
  rawRequest,
  deadLetter,
] as const;

export function ownEvents(): readonly OwnEvent[] {
  return OWN_EVENTS as readonly OwnEvent[];
}
