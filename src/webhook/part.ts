/** The parts that a body of Meta is read into, and what can be wrong with one. */
import type { JsonView } from './json-view.ts';

/** What is wrong with a part, and where: `path` is from the body's root, such as `entry[0].changes[2].field`. */
export interface Issue {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

/** The entry a part came in. */
export interface EntryOrigin {
  /** As received, digits kept when it came as a number. */
  readonly id: string;
  /** JSON text of `entry[].time` as received: identical bodies, identical text. Null when absent. */
  readonly timeText: string | null;
  /** Unix milliseconds, null when absent or not a time between 2009 and 2100. */
  readonly timeMs: number | null;
}

/** JSON text of an object with the members Meta put around the part and that the envelope does not define. */
export type UnrecognizedText = string;

export type Part =
  /** One update of a field of a WhatsApp account. */
  | {
      readonly kind: 'change';
      readonly entry: EntryOrigin;
      readonly whatsapp: boolean;
      readonly field: string;
      readonly value: JsonView;
      readonly path: string;
      readonly unrecognized: UnrecognizedText | null;
    }
  /** An entry without changes: `changed_fields` only, or a shape of another product. */
  | {
      readonly kind: 'entry';
      readonly entry: EntryOrigin;
      readonly value: JsonView;
      readonly unrecognized: UnrecognizedText | null;
    }
  /** A part that is not what the envelope says. */
  | {
      readonly kind: 'refused';
      readonly form: RefusedForm;
      readonly entry: EntryOrigin | null;
      readonly field: string | null;
      readonly value: JsonView;
      /** Of the part, from the body's root. */
      readonly path: string;
      readonly issues: readonly Issue[];
      readonly unrecognized: UnrecognizedText | null;
    };

/** What a refused part is: equal text of different forms is different content. */
export type RefusedForm = 'unrecognized' | 'entry' | 'change' | 'value' | 'item';

/** Names the kind of a value without quoting it. */
export function describe(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
