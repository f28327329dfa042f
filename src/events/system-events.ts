/**
 * The events hubcast makes itself: everything else stands in the registry of Meta's fields. Topics, types, JSON Schemas,
 * AsyncAPI, tables and the consumer kit derive from this list; a new type is one more entry.
 */
import { deadLetter } from './system/dead-letter.ts';
import { phoneNumberManaged } from './system/phone-number-managed.ts';
import { accountNumbers, phoneNumberChanged, phoneNumberState } from './system/phone-numbers.ts';
import { rawRequest } from './system/raw-request.ts';
import type { OwnEvent } from './system-event.ts';

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
