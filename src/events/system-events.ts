/**
 * The events hubcast makes itself: everything else stands in the registry of Meta's fields. Topics, types, JSON Schemas,
 * AsyncAPI, tables and the consumer kit derive from this list; a new type is one more entry.
 */
import { deadLetter } from './system/dead-letter.ts';
import { deadLetterRepaired } from './system/dead-letter-repaired.ts';
import { phoneNumberManaged } from './system/phone-number-managed.ts';
import { accountNumbers, phoneNumberChanged, phoneNumberState } from './system/phone-numbers.ts';
import { rawRequest } from './system/raw-request.ts';
import type { SystemEvent } from './system-event.ts';

export const SYSTEM_EVENTS = [
  phoneNumberChanged,
  phoneNumberState,
  accountNumbers,
  phoneNumberManaged,
  rawRequest,
  deadLetter,
  deadLetterRepaired,
] as const;

export function systemEvents(): readonly SystemEvent[] {
  return SYSTEM_EVENTS as readonly SystemEvent[];
}
