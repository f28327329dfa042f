/** Members named like a person's carry the mark `x-pii`, or have a reason here. */
import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { typeOfEvent } from '../../src/events/event.ts';
import { allEvents } from '../../src/fields/registry.ts';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly type?: string | readonly string[];
  readonly 'x-pii'?: string;
}

const LIKE_A_PERSONS =
  /name|user_?id|user$|wa_id|phone|email|profile|contact|address|birth|sender|recipient|participant|^(from|to|input|body|text|caption|sdp)$|conversation_context|clid|click_id|token|message_id|payload|callback_data|referral|response_json/i;

/** The last two parts of the path tell what a member is. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/phone_number_id$/, "Meta's id of a business phone number"],
  [/^(?:.*\.)?event_name$/, 'a kind of event, of a list of Meta'],
  [/message_template_name$/, "the name of the business's own template"],
  [/configuration_name$|provider_name$/, 'a payment provider of the business'],
  [/max_phone_numbers?_per_|max_daily_conversation/, 'a limit'],
  [/recipient_type$/, 'person or group'],
  [/referral\.(body|welcome_message\.text)$/, 'the text of an ad, which the business wrote'],
];

const branches = (schema: Schema): Schema[] => [schema, ...(schema.anyOf ?? []).flatMap(branches)];

/** Members without a mark of their own or of what they are in. Objects and arrays of objects are known by their members. */
function unmarked(schema: Schema, at: string, marked: boolean): string[] {
  const all = branches(schema);
  const own = marked || all.some((one) => one['x-pii'] !== undefined);
  const inner = all.flatMap(({ properties, items }) => [
    ...Object.entries(properties ?? {}).flatMap(([name, one]) =>
      unmarked(one, at === '' ? name : `${at}.${name}`, own),
    ),
    ...(items === undefined ? [] : unmarked(items, at, own)),
  ]);
  const holds = all.some(({ properties, items }) => properties !== undefined || items !== undefined);
  return own || holds ? inner : [...inner, at];
}

it('names a person only under the mark, wherever a member sounds like one', () => {
  const found = allEvents().flatMap(({ field, event }) =>
    [event.value, event.context].flatMap((schema) =>
      schema === null
        ? []
        : unmarked(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema, '', false).map(
            (path) => `${typeOfEvent(field, event)} ${path}`,
          ),
    ),
  );
  const suspicious = found.filter((path) => LIKE_A_PERSONS.test(path.split(/[ .]/).at(-1) ?? ''));
  const reasonOf = (path: string) => REASONS.find(([pattern]) => pattern.test(path.split(' ')[1] ?? ''));
  expect([...new Set(suspicious.filter((path) => reasonOf(path) === undefined))]).toEqual([]);
  expect(REASONS.filter(([pattern]) => !found.some((path) => pattern.test(path.split(' ')[1] ?? '')))).toEqual([]);
});
