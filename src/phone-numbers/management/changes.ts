/** The operations that change something, as data: what each takes, sends and means. Everything about one is in its entry. */
import type { PhoneNumberWrites, WriteTarget } from '../../meta-graph/phone-number-writes.ts';
import { REGISTER_NEW_NAME } from '../health/health-rows.ts';
import { type Input, type InputName, secretsOf } from './inputs.ts';

type Reply = Readonly<Record<string, unknown>>;

export interface ChangeOperation {
  readonly kind: 'change';
  readonly on: 'number' | 'account';
  readonly method: 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  /** What it does, and what it does not. */
  readonly about: string;
  readonly input: InputName | null;
  readonly answer: 'OperationDone' | 'NumberAdded';
  /** What was done, and the next step. */
  readonly done: string;
  /** What a person should know before: it cannot be undone, or uses up tries. Null: no warning. */
  readonly warning: string | null;
  readonly send: (graph: PhoneNumberWrites, target: WriteTarget, input: object) => Promise<Reply>;
}

interface Entry<Name extends InputName>
  extends Omit<ChangeOperation, 'kind' | 'input' | 'answer' | 'warning' | 'send'> {
  readonly input: Name;
  readonly answer?: ChangeOperation['answer'];
  readonly warning?: string;
  readonly send: (
    graph: PhoneNumberWrites,
    target: WriteTarget,
    input: Input<Name>,
    secrets: readonly string[],
  ) => Promise<Reply>;
}

function change<Name extends InputName>(entry: Entry<Name>): ChangeOperation {
  return {
    kind: 'change',
    answer: 'OperationDone',
    warning: null,
    ...entry,
    send: (graph, target, input) => entry.send(graph, target, input as Input<Name>, secretsOf(entry.input, input)),
  };
}

function bare(
  entry: Omit<ChangeOperation, 'kind' | 'input' | 'answer' | 'warning'> & { readonly warning?: string },
): ChangeOperation {
  return { kind: 'change', input: null, answer: 'OperationDone', warning: null, ...entry };
}

const digitsOf = (text: string) => text.replace(/\D/g, '');

/** The fields that an override of the webhook concerns: 14 in Meta's newest edition, which standby joined. */
export const FOLLOWS_OVERRIDE =
  '14 fields follow an override: messages, standby, handovers, echoes, calls, groups, history, contact sync, consumer_profile and account_settings_update. Events about numbers, names, quality, accounts and templates always go to the callback URL of the app.';

export const CHANGES = {
  'request-code': change({
    on: 'number',
    method: 'POST',
    path: '/phone-numbers/{id}/request-code',
    about: 'Have Meta send a code to the number by SMS or call, to prove that it is yours',
    input: 'RequestCode',
    done: 'Meta sends the code. Verify it next (verify-code).',
    send: (graph, target, { code_method, language }) =>
      graph.toNumber(target, 'request_code', { code_method, language }, []),
  }),
  'verify-code': change({
    on: 'number',
    method: 'POST',
    path: '/phone-numbers/{id}/verify-code',
    about: 'Give the code of the SMS or call; 123-830 and 123830 are the same',
    input: 'VerifyCode',
    done: 'The number is verified for 14 days. Register it next (register).',
    send: (graph, target, { code }, secrets) =>
      graph.toNumber(target, 'verify_code', { code: digitsOf(code) }, secrets),
  }),
  register: change({
    on: 'number',
    method: 'POST',
    path: '/phone-numbers/{id}/register',
    about:
      'Register a verified number for the Cloud API; its display name may still be in review. The PIN is the two-step PIN the number has; where it has none, the one given becomes it. With data_localization_region local storage is set first, by a call of its own, and stays set if registering is then refused',
    input: 'Register',
    done: 'The number is registered and can send and receive. Keep the PIN: registering again needs it. A number that was registered already keeps the PIN it had; meta_reply has what Meta says about that.',
    warning:
      'Registering counts: 10 times in 72 hours, then the number is blocked for 72 hours. A number without a two-step PIN gets this one, and no API can switch it off again.',
    send: async (graph, target, { pin, data_localization_region: region }, secrets) => {
      // Since v21.0 the region is a setting made before registering (Graph changelog, 2 October 2024).
      if (region !== undefined) {
        const storage = { status: 'IN_COUNTRY_STORAGE_ENABLED', data_localization_region: region };
        await graph.toNumber(target, 'settings', { storage_configuration: storage }, secrets);
      }
      return graph.toNumber(target, 'register', { messaging_product: 'whatsapp', pin }, secrets);
    },
  }),
  deregister: bare({
    on: 'number',
    method: 'POST',
    path: '/phone-numbers/{id}/deregister',
    about:
      'Take the number out of the Cloud API: it neither sends nor receives, and local storage is switched off. The number, its name, its PIN and its history are not deleted. Not for numbers that are also in the WhatsApp Business app',
    done: 'The number is deregistered. It stays in the account; registering it again needs its PIN.',
    warning:
      'The number stops sending and receiving at once, until it is registered again with its PIN. Nothing is deleted: number, name and history stay. It counts: 10 times in 72 hours, then 72 hours of block.',
    send: (graph, target) => graph.toNumber(target, 'deregister', {}, []),
  }),
  'set-pin': change({
    on: 'number',
    method: 'PUT',
    path: '/phone-numbers/{id}/pin',
    about: 'Set the two-step verification PIN, or change it. No API switches it off',
    input: 'Pin',
    done: 'The PIN is set. Registering the number needs it from now on; hubcast does not keep it.',
    warning: 'The PIN the number has now stops working, and no API switches two-step verification off again.',
    send: (graph, target, { pin }, secrets) => graph.toNumber(target, null, { pin }, secrets),
  }),
  'request-display-name': change({
    on: 'number',
    method: 'PUT',
    path: '/phone-numbers/{id}/display-name',
    about:
      'Request a new display name, at most 10 times in 30 days. Meta reviews it; the old one stays until then. After an approval the number has to be registered again within 14 days',
    input: 'DisplayName',
    done: `Meta reviews the name. Its decision comes as the event phone_number_name_update. ${REGISTER_NEW_NAME}`,
    send: (graph, target, { new_display_name }) => graph.toNumber(target, null, { new_display_name }, []),
  }),
  'set-conversational': change({
    on: 'number',
    method: 'PUT',
    path: '/phone-numbers/{id}/conversational',
    about: 'Set the prompts, the commands, or both',
    input: 'Conversational',
    done: 'The conversational components are set.',
    send: (graph, target, input) => graph.toNumber(target, 'conversational_automation', input, []),
  }),
  'set-webhook': change({
    on: 'number',
    method: 'PUT',
    path: '/phone-numbers/{id}/webhook',
    about: `Send the chat events of this number to another URL than the app's. ${FOLLOWS_OVERRIDE}`,
    input: 'WebhookOverride',
    done: 'Meta has verified the URL and sends the chat events of the number there.',
    send: (graph, target, input, secrets) => graph.toNumber(target, null, { webhook_configuration: input }, secrets),
  }),
  'remove-webhook': bare({
    on: 'number',
    method: 'DELETE',
    path: '/phone-numbers/{id}/webhook',
    about: "Remove the number's override: its chat events go where the account's or the app's go",
    done: 'The override of the number is removed.',
    // Meta removes it when the URL is empty.
    send: (graph, target) => graph.toNumber(target, null, { webhook_configuration: { override_callback_uri: '' } }, []),
  }),
  'set-account-webhook': change({
    on: 'account',
    method: 'PUT',
    path: '/accounts/{account_id}/webhook',
    about: `Send the chat events of all numbers of the account, but of those with an override of their own, to another URL. ${FOLLOWS_OVERRIDE}`,
    input: 'WebhookOverride',
    done: 'Meta has verified the URL and sends the chat events of the account there.',
    send: (graph, { id }, input, secrets) => graph.toAccount(id, 'subscribed_apps', input, secrets),
  }),
  'remove-account-webhook': bare({
    on: 'account',
    method: 'DELETE',
    path: '/accounts/{account_id}/webhook',
    about: "Remove the account's override; the app stays subscribed",
    done: 'The override of the account is removed; the app stays subscribed.',
    // Meta removes it when the app is subscribed again without one.
    send: (graph, { id }) => graph.toAccount(id, 'subscribed_apps', {}, []),
  }),
  'add-number': change({
    on: 'account',
    method: 'POST',
    path: '/accounts/{account_id}/phone-numbers',
    about:
      'Add a number to the account. A new portfolio may have 2; 20 once the business is verified or reaches the 2K limit',
    input: 'AddNumber',
    answer: 'NumberAdded',
    done: 'The number is added. Request a code next (request-code), verify it, register.',
    warning: 'No API deletes a number: it can be taken out again in WhatsApp Manager only.',
    send: (graph, { id }, { phone_number, ...input }) =>
      graph.toAccount(id, 'phone_numbers', { ...input, phone_number: digitsOf(phone_number) }, []),
  }),
  'migrate-number': change({
    on: 'account',
    method: 'POST',
    path: '/accounts/{account_id}/phone-numbers/migrate',
    about:
      'Move a number from another account into this one. Before: two-step verification off at the source, name approved with no change in review, this account approved, able to pay, app subscribed. Not for test numbers nor numbers of the WhatsApp Business app',
    input: 'MigrateNumber',
    answer: 'NumberAdded',
    done: 'The move has begun. Request a code next (request-code), verify it, register: then the number works here and no longer there.',
    warning:
      'Once it is verified and registered here, the number stops working in the account it comes from. Moving it back is another migration.',
    send: (graph, { id }, { phone_number, ...input }) =>
      graph.toAccount(
        id,
        'phone_numbers',
        { ...input, phone_number: digitsOf(phone_number), migrate_phone_number: true },
        [],
      ),
  }),
} as const satisfies Record<string, ChangeOperation>;

export type ChangeName = keyof typeof CHANGES;
