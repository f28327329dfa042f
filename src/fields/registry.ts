/** All fields hubcast knows, and the two event types for what it does not. */
import type { AnyField } from './field.ts';
import { phoneNumberNameUpdate } from './phone-numbers/phone-number-name-update.ts';
import { phoneNumberQualityUpdate } from './phone-numbers/phone-number-quality-update.ts';

export const FIELDS = [phoneNumberNameUpdate, phoneNumberQualityUpdate] as const;

const BY_NAME: ReadonlyMap<string, AnyField> = new Map(
  FIELDS.map((entry) => [entry.name, entry as unknown as AnyField]),
);

export function findField(name: string): AnyField | undefined {
  return BY_NAME.get(name);
}

export function allFields(): readonly AnyField[] {
  return [...BY_NAME.values()];
}
