/**
 * What redaction does with each part of a webhook, derived from the registry: members that carry `x-pii` are replaced,
 * and so is everything no schema knows. Only what Meta's own vocabulary decides stays: known values of lists, times,
 * quantities, ids of the business's own things, names of members.
 */
import * as z from 'zod';
import type { AnyEvent, AnyField } from '../fields/field.ts';
import { stepsOf } from '../fields/item-place.ts';
import { allFields } from '../fields/registry.ts';
import { KNOWN_VALUES, type Pii } from '../fields/values.ts';
import { toTimeMs } from '../webhook/entry-time.ts';
import { WHATSAPP_OBJECT } from '../webhook/envelope.ts';

export interface Rule {
  readonly members: ReadonlyMap<string, Rule>;
  readonly pii: Pii | null;
  /** Whether a string, or the text of a number, may stay. */
  readonly keeps: (text: string, isNumber: boolean) => boolean;
  /** Stays even where a person's name is the same word: it is a value of Meta's. */
  readonly isVocabulary: (text: string) => boolean;
  /** Holds `field` and `value`: the rule of the one depends on the other. */
  readonly change?: true;
}

const NO_MEMBERS: ReadonlyMap<string, Rule> = new Map();
const never = () => false;
/** Counts and flags; a longer number may identify a person. */
const MAX_OPEN_DIGITS = 3;

/** What no schema knows: nothing of it stays but truth values, null and small numbers. */
export const UNKNOWN_RULE: Rule = {
  members: NO_MEMBERS,
  pii: null,
  keeps: (text, isNumber) => isNumber && text.replace(/\D/g, '').length <= MAX_OPEN_DIGITS,
  isVocabulary: never,
};

/** A word, code, id or media type: no spaces between words, as in a name or a text. */
const TOKEN = /^[\w.:/+=-]{1,128}(?:; ?[\w.=-]{1,64})*$/;
const BUSINESS_ID = /^\d{1,20}$/;
/** As in event types; a number in it could identify a person. */
const CLEAN_FIELD = /^(?!.*\d{5})[a-z0-9_]{1,64}$/;

const leaf = (keeps: Rule['keeps'], isVocabulary: Rule['isVocabulary'] = never): Rule => {
  return { members: NO_MEMBERS, pii: null, keeps, isVocabulary };
};
const branch = (members: Readonly<Record<string, Rule>>): Rule => {
  return { ...UNKNOWN_RULE, members: new Map(Object.entries(members)) };
};

const fieldName = leaf(
  (text, isNumber) => !isNumber && CLEAN_FIELD.test(text),
  (text) => CLEAN_FIELD.test(text),
);
const time = leaf((text, isNumber) => toTimeMs(isNumber ? Number(text) : text) !== null);
const isWhatsapp = (text: string) => text === WHATSAPP_OBJECT;

const changes: Rule = { ...branch({ field: fieldName }), change: true };
const entryMembers = { time, changed_fields: fieldName, changes };

/** Of the whole body. */
export const ENVELOPE_RULE = branch({
  object: leaf(isWhatsapp, isWhatsapp),
  entry: branch({ id: leaf((text) => BUSINESS_ID.test(text)), ...entryMembers }),
});

/** Of a body of another object of Meta's, whose entries may be people. */
export const FOREIGN_ENVELOPE_RULE = branch({ entry: branch(entryMembers) });

const RULES: ReadonlyMap<string, Rule> = new Map(allFields().map((field) => [field.name, ruleOfField(field)]));

/** Of the value of a change. */
export function ruleOf(field: string): Rule {
  return RULES.get(field) ?? UNKNOWN_RULE;
}

/**
 * Names inside of objects that our schemas leave open: the contacts that a message shares.
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/contacts
 */
const OPEN_NAMES =
  'addresses city country country_code state street type zip birthday emails email name formatted_name first_name last_name middle_name suffix prefix org company department title phones phone wa_id urls url';

/** Names that members have by Meta's own choice; any other may be a person's name or number. */
export const MEMBER_NAMES: ReadonlySet<string> = new Set([
  'value',
  ...OPEN_NAMES.split(' '),
  ...[ENVELOPE_RULE, ...RULES.values()].flatMap(namesIn),
]);

function namesIn({ members }: Rule): string[] {
  return [...members].flatMap(([name, rule]) => [name, ...namesIn(rule)]);
}

type Schema = Readonly<Record<string, unknown>>;

function ruleOfField(field: AnyField): Rule {
  return merge(field.events.flatMap(schemasOf));
}

/** The schema of an array's items counts as the schema of the array. */
function schemasOf({ item, value, context }: AnyEvent): Schema[] {
  if (item === null) return [toSchema(value)];
  const schema = toSchema(value);
  const nested = item.at.map((path) =>
    stepsOf(path).reduceRight<Schema>((inner, { name }) => ({ properties: { [name]: inner } }), schema),
  );
  return context === null ? nested : [...nested, toSchema(context)];
}

function toSchema(schema: z.ZodType): Schema {
  return z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' }) as Schema;
}

/** Of phone numbers, accounts, templates, Flows, errors; ids that lead to people are marked. */
const ID_NAME = /(^|_)(ids?|code)$/;
const LONG_NUMBER = /\d{7}/;

/**
 * One rule for all that a part may be: marked if one of them is.
 *
 * @param name of the member it is; none for the value itself
 */
function merge(schemas: readonly Schema[], name = ''): Rule {
  const flat = schemas.flatMap(branchesOf);
  const pii = flat.map((schema) => schema['x-pii'] as Pii | undefined).find((kind) => kind !== undefined) ?? null;
  const inner = new Map<string, Schema[]>();
  for (const { properties } of flat) {
    for (const [name, schema] of Object.entries((properties ?? {}) as Record<string, Schema>)) {
      inner.set(name, [...(inner.get(name) ?? []), schema]);
    }
  }
  const members = new Map([...inner].map(([name, all]) => [name, merge(all, name)]));
  if (pii !== null) return { ...UNKNOWN_RULE, members, pii, keeps: never };
  const known = new Set(flat.flatMap((schema) => (schema[KNOWN_VALUES] ?? schema.enum ?? []) as string[]));
  const types = new Set(flat.flatMap(({ type }) => type));
  const mayBe = (isNumber: boolean) => (isNumber ? types.has('number') || types.has('integer') : types.has('string'));
  return {
    members,
    pii: null,
    keeps: (text, isNumber) => {
      if (!mayBe(isNumber)) return UNKNOWN_RULE.keeps(text, isNumber);
      if (known.size > 0 && !isNumber) return known.has(text);
      if (LONG_NUMBER.test(text) && !ID_NAME.test(name) && toTimeMs(isNumber ? Number(text) : text) === null)
        return false;
      return isNumber || TOKEN.test(text);
    },
    isVocabulary: (text) => known.has(text),
  };
}

function branchesOf(schema: Schema): Schema[] {
  const inner = [schema.anyOf, schema.oneOf, schema.allOf].flatMap((all) => (all ?? []) as Schema[]);
  const { items } = schema;
  if (typeof items === 'object' && items !== null) inner.push(items as Schema);
  return [schema, ...inner.flatMap(branchesOf)];
}
