/** What hubcast knows of your phone numbers beyond single webhooks: their current state, and its changes. */
import * as z from 'zod';
import { messagingLimit } from '../../fields/phone-numbers/messaging-limit.ts';
import { openEnum } from '../../fields/values.ts';
import { defineOwnEvent } from '../system-event.ts';
import { notOfMeta } from './not-of-meta.ts';

const about = (description: string) => ({ description });
const text = (description: string) => z.string().nullable().meta(about(description));
const flag = (description: string) => z.boolean().nullable().meta(about(description));

const restriction = z.object({
  type: z.string().meta(about('restriction_type of account_update')),
  expires_at: z.iso.datetime().nullable().meta(about('null where Meta names no end')),
});

/** Every member except the id is null until Graph or an event provides it. */
export const numberState = z
  .object({
    id: z.string().meta(about('phone_number_id')),
    display_phone_number: z
      .string()
      .nullable()
      .meta({ ...about('As Graph shows it'), 'x-pii': 'phone_number' }),
    verified_name: text('The display name in use'),
    status: text('CONNECTED, PENDING, BANNED, RESTRICTED, …: only CONNECTED can send and receive'),
    quality_rating: text('GREEN, YELLOW, RED, UNKNOWN, NA'),
    name_status: text('Review of the display name in use'),
    new_display_name: text('A display name under review'),
    new_name_status: text('Review of the new display name'),
    name_decision: text('The last outcome of a review that a webhook reported: APPROVED, DEFERRED, PENDING, REJECTED'),
    name_rejection_reason: text('Why it was rejected'),
    code_verification_status: text('Whether the number was verified by a code'),
    limit: messagingLimit.nullable().meta(about('The messaging limit, of the whole portfolio')),
    pin_enabled: flag('Two-step verification is on'),
    pin_reset_requested: flag('Somebody asked to reset the PIN, and it was neither changed nor reset since'),
    platform_type: text('CLOUD_API, ON_PREMISE, or NOT_APPLICABLE while it is not registered'),
    throughput: text('STANDARD, HIGH, NOT_APPLICABLE'),
    account_mode: text('LIVE or SANDBOX'),
    official_business_account: flag('Has the green or blue tick'),
    on_business_app: flag('Used in the WhatsApp Business app beside the API'),
    restrictions: z
      .array(restriction)
      .meta(about('In force for the number or its account, as far as webhooks reported them')),
    account_ban: text("The account's ban: DISABLE, SCHEDULE_FOR_DISABLE; null when there is none or it was lifted"),
    account_review: text("The last outcome of the account's policy review"),
    account_left: text('ACCOUNT_DELETED or ACCOUNT_OFFBOARDED, when a webhook said so'),
  })
  .meta({ title: 'NumberState' });

export type NumberState = z.output<typeof numberState>;

const stateVersion = z.int().min(1).meta(about('Counts the changes of this number; rises by one with each'));

const ownNumber = z
  .object({
    digits: z.string().meta({ ...about('Digits of the number, as webhooks name it'), 'x-pii': 'phone_number' }),
    id: z.string().meta(about('phone_number_id')),
    known: z.boolean().meta(about('Whether the account has this number')),
  })
  .meta({ title: 'KnownPhoneNumber' });

const EXAMPLE_NUMBER = { digits: '16315555555', id: '106540352242922' };
const EXAMPLE_ACCOUNT = '102290129340398';
const EXAMPLE_STATE: NumberState = {
  id: EXAMPLE_NUMBER.id,
  display_phone_number: '+1 631-555-5555',
  verified_name: "Jasper's Market",
  status: 'CONNECTED',
  quality_rating: 'GREEN',
  name_status: 'APPROVED',
  new_display_name: null,
  new_name_status: 'NONE',
  name_decision: null,
  name_rejection_reason: null,
  code_verification_status: 'VERIFIED',
  limit: { tier: 'TIER_2K', unique_recipients_per_day: 2000, unlimited: false, scope: 'portfolio' },
  pin_enabled: true,
  pin_reset_requested: null,
  platform_type: 'CLOUD_API',
  throughput: 'STANDARD',
  account_mode: 'LIVE',
  official_business_account: false,
  on_business_app: false,
  restrictions: [],
  account_ban: null,
  account_review: null,
  account_left: null,
};
const EXAMPLE = { source: `/whatsapp/${EXAMPLE_ACCOUNT}`, subject: EXAMPLE_NUMBER.digits };

export const phoneNumberChanged = defineOwnEvent({
  type: 'whatsapp.phone_number.changed',
  version: 1,
  family: 'phone-numbers',
  key: 'account_id:digits',
  about: "A phone number's state changed: what no webhook tells, such as its quality rating, and what they do.",
  data: z.object({
    ...notOfMeta,
    account_id: z.string().meta(about('The WhatsApp Business Account')),
    phone_number: ownNumber,
    changed: z
      .array(openEnum(Object.keys(numberState.shape)))
      .meta(about('Members of the state that differ; empty when the number is new or gone')),
    before: numberState.nullable().meta(about('null: the account did not have the number')),
    after: numberState.nullable().meta(about('null: the account no longer has the number')),
    state_version: stateVersion,
    observed_by: z.enum(['graph', 'webhook']).meta(about('A read of Graph, or a webhook')),
    event_id: z.string().nullable().meta(about('Id of the event that reported it; null where Graph was read')),
  }),
  example: {
    ...EXAMPLE,
    data: {
      field: null,
      test: false,
      account_id: EXAMPLE_ACCOUNT,
      phone_number: { ...EXAMPLE_NUMBER, known: true },
      changed: ['quality_rating'],
      before: EXAMPLE_STATE,
      after: { ...EXAMPLE_STATE, quality_rating: 'RED' },
      state_version: 2,
      observed_by: 'graph',
      event_id: null,
    },
  },
});

const kept = {
  ...notOfMeta,
  account_id: z.string().meta(about('The WhatsApp Business Account')),
  generation: z
    .int()
    .nonnegative()
    .meta(about('Of the replica that wrote it: where two wrote the same key, the higher one counts')),
};

export const phoneNumberState = defineOwnEvent({
  type: 'whatsapp.phone_number.state',
  version: 1,
  family: 'phone-number-state',
  key: 'account_id:digits',
  about: 'The current state of a phone number; a record without value says that the account no longer has it.',
  data: z.object({
    ...kept,
    phone_number: ownNumber,
    state: numberState,
    state_version: stateVersion,
    reported_by_webhooks: z
      .record(z.string(), z.object({ at: z.iso.datetime(), by: z.string() }))
      .meta(about('Members that webhooks reported: the time of the last such event, and its id')),
    read_at: z.iso.datetime().nullable().meta(about('When Graph last answered with something new')),
  }),
  example: {
    ...EXAMPLE,
    data: {
      field: null,
      test: false,
      account_id: EXAMPLE_ACCOUNT,
      generation: 4,
      phone_number: { ...EXAMPLE_NUMBER, known: true },
      state: EXAMPLE_STATE,
      state_version: 1,
      reported_by_webhooks: {},
      read_at: '2025-02-12T00:43:44Z',
    },
  },
});

export const accountNumbers = defineOwnEvent({
  type: 'whatsapp.phone_number.list',
  version: 1,
  family: 'phone-number-state',
  key: 'account_id',
  about: "An account's list of phone numbers was read completely: numbers without a state are not its own.",
  data: z.object({
    ...kept,
    digits: z.array(z.string()).meta({ ...about('Digits of its numbers'), 'x-pii': 'phone_number' }),
    removed_version: z
      .int()
      .nonnegative()
      .meta(about('The highest state_version of numbers that are gone: new ones count on from here')),
    read_at: z.iso.datetime().meta(about('When the list differed from the one before for the last time')),
  }),
  example: {
    source: EXAMPLE.source,
    subject: null,
    data: {
      field: null,
      test: false,
      account_id: EXAMPLE_ACCOUNT,
      generation: 4,
      digits: [EXAMPLE_NUMBER.digits],
      removed_version: 0,
      read_at: '2025-02-12T00:43:44Z',
    },
  },
});
