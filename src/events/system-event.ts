/** The shape of an entry of `system-events.ts`. */
import type * as z from 'zod';
import type { Family } from '../fields/families.ts';

/** One type of event that hubcast makes itself. */
export interface SystemEvent<Type extends string = string, Data extends z.ZodObject = z.ZodObject> {
  /** As in `ce_type`. */
  readonly type: Type;
  /** A breaking change is a new one beside the old. */
  readonly version: number;
  /** The topic that stores it. */
  readonly family: Family;
  /** What the key of its records is made of, in words. */
  readonly key: string;
  /** One sentence for tables and schemas. */
  readonly about: string;
  /** The whole of `data`. Every event has `field` and `test` there: spread `notOfMeta` where nothing is Meta's. */
  readonly data: Data;
  /** Null for dead letters alone: the steps of a webhook make one of a sample. */
  readonly example: OwnExample<z.output<Data>> | null;
}

export interface OwnExample<Data> {
  readonly source: string;
  readonly subject: string | null;
  readonly data: Data;
}

/** Keeps the entry's own types, so that the union of events can be derived from the table. */
export function defineOwnEvent<const Type extends `whatsapp.${string}`, Data extends z.ZodObject>(
  entry: SystemEvent<Type, Data>,
): SystemEvent<Type, Data> {
  return entry;
}
