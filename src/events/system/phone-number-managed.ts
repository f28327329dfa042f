/** The audit of operations on phone numbers: who did what to which number, and what came of it. */
import * as z from 'zod';
import { openEnum } from '../../fields/values.ts';
import { defineOwnEvent } from '../system-event.ts';
import { actor } from './actor.ts';
import { notOfMeta } from './not-of-meta.ts';

const about = (description: string) => ({ description });
const idText = (description: string) => z.string().nullable().meta(about(description));

const OPERATIONS = [
  'request-code',
  'verify-code',
  'register',
  'deregister',
  'set-pin',
  'request-display-name',
  'set-conversational',
  'set-webhook',
  'remove-webhook',
  'set-account-webhook',
  'remove-account-webhook',
  'add-number',
  'migrate-number',
] as const;

const data = z.object({
  ...notOfMeta,
  account_id: idText('The WhatsApp Business Account; null when it is not known'),
  phone_number: z
    .object({
      digits: z
        .string()
        .nullable()
        .meta({ ...about('Digits of the number, as webhooks name it'), 'x-pii': 'phone_number' }),
      id: idText('phone_number_id'),
    })
    .nullable()
    .meta(about('null where the operation is about an account')),
  operation: openEnum(OPERATIONS),
  operation_id: z.uuid().meta(about('The same in the event of the attempt and in that of its outcome')),
  outcome: openEnum(['started', 'done', 'refused', 'unknown']).meta(
    about('started: put on record before Meta was asked. unknown: no answer came, and it may have been carried out'),
  ),
  actor,
  input: z.record(z.string(), z.unknown()).meta(about('What was given. Never a PIN, a code or a verify token')),
  meta_reply: z
    .record(z.string(), z.unknown())
    .nullable()
    .meta(about('What Meta replied beside success, secrets removed; null where there was nothing else')),
  error: z
    .object({
      code: z.string().meta(about("hubcast's")),
      meta_code: z.int().nullable(),
      meta_subcode: z.int().nullable(),
      fbtrace_id: z.string().nullable(),
      meta_says: z.string().nullable().meta(about("Meta's own sentence, secrets removed")),
    })
    .nullable(),
});

export type ManagedData = z.output<typeof data>;

export const phoneNumberManaged = defineOwnEvent({
  type: 'whatsapp.phone_number.managed',
  version: 1,
  family: 'phone-numbers',
  key: 'account_id:digits, else account_id, else phone_number_id',
  about: 'Somebody managed a phone number with hubcast: one event before Meta is asked, one with the outcome.',
  data,
  example: {
    source: '/whatsapp/102290129340398',
    subject: '16315555555',
    data: {
      field: null,
      test: false,
      account_id: '102290129340398',
      phone_number: { digits: '16315555555', id: '106540352242922' },
      operation: 'register',
      operation_id: '5f0c9d2e-7a31-4b8e-9c64-2d1e3f405162',
      outcome: 'refused',
      actor: { kind: 'token', name: 'deploy' },
      input: {},
      meta_reply: null,
      error: {
        code: 'operation_refused',
        meta_code: 133005,
        meta_subcode: null,
        fbtrace_id: 'AStandInTraceId0000000A',
        meta_says: 'The PIN is wrong. (#133005) Two-step verification PIN mismatch.',
      },
    },
  },
});
