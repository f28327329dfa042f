/** What the operations answer: schemas, from which types and /openapi.json derive. */
import * as z from 'zod';

const about = (description: string) => ({ description });
const id = z.string().regex(/^\d{1,20}$/);
const text = z.string().nullable();

const done = {
  operation: z.string(),
  operation_id: z.uuid().meta(about('The audit events of the operation carry it')),
  about: z.string().meta(about('What was done, and what comes next')),
  audit: z
    .enum(['complete', 'outcome_missing', 'off'])
    .meta(
      about('outcome_missing: the attempt is on record, its outcome could not be stored. off: nothing is on record'),
    ),
  meta_reply: z
    .record(z.string(), z.unknown())
    .nullable()
    .meta(about('What Meta replied beside success, secrets removed; null where there was nothing else')),
};

export const NEXT_STEPS = ['none', 'request_code', 'register', 'connect_app_number'] as const;

export const MANAGEMENT_ANSWERS = {
  OperationDone: z.object({
    ...done,
    phone_number_id: id.nullable(),
    account_id: id.nullable(),
  }),
  NumberAdded: z.object({
    ...done,
    phone_number_id: id.nullable().meta(about('The id of the new number; null when Meta did not tell it')),
    account_id: id,
  }),
  Registration: z.object({
    phone_number_id: id,
    account_id: id.nullable(),
    display_phone_number: text,
    verified_name: text,
    status: text.meta(about('Only CONNECTED can send and receive')),
    code_verification_status: text.meta(about('VERIFIED lasts 14 days')),
    platform_type: text,
    name_status: text,
    is_pin_enabled: z.boolean().nullable().meta(about('True: registering needs the PIN the number has')),
    is_on_biz_app: z.boolean().nullable(),
    fetched_at: z.iso.datetime(),
    stale: z.boolean().meta(about('Graph could not be asked just now')),
    next: z.enum(NEXT_STEPS),
    about: z.string().meta(about('Where the number stands, and what to do')),
  }),
  NameReview: z.object({
    phone_number_id: id,
    verified_name: text.meta(about('The name people see; that it is there does not mean it is approved')),
    name_status: text,
    new_display_name: text.meta(about('Only while a change is in review')),
    new_name_status: text,
    in_review: z.boolean(),
    about: z.string(),
    todo: z.string(),
  }),
  ConversationalComponents: z.object({
    phone_number_id: id,
    enable_welcome_message: z
      .boolean()
      .nullable()
      .meta(about('As it was set before Meta removed it on 27 March 2026; it can no longer be set')),
    prompts: z.array(z.string()),
    commands: z.array(z.object({ command_name: z.string(), command_description: z.string() })),
  }),
  NumberWebhook: z.object({
    phone_number_id: id,
    phone_number: text.meta(about('The override of this number')),
    whatsapp_business_account: text.meta(about('The override of its account')),
    application: text.meta(about("The app's callback URL")),
    in_force: text.meta(about('Where chat events go: the number goes before the account, the account before the app')),
    about: z.string(),
  }),
  AccountWebhook: z.object({
    account_id: id,
    apps: z
      .array(
        z.object({
          app_id: id.nullable(),
          name: text,
          override_callback_uri: text.meta(about('null: this app has no override for the account')),
        }),
      )
      .meta(about('The apps subscribed to the account')),
    about: z.string(),
  }),
  Certificate: z.object({
    phone_number_id: id,
    certificate: text,
    new_certificate: text,
    about: z.string(),
  }),
  OfficialAccount: z.object({
    phone_number_id: id,
    is_official_business_account: z.boolean().nullable(),
    oba_status: text,
    about: z.string(),
  }),
} as const;

export type ManagementAnswerName = keyof typeof MANAGEMENT_ANSWERS;
export type ManagementAnswer<Name extends ManagementAnswerName> = z.output<(typeof MANAGEMENT_ANSWERS)[Name]>;
