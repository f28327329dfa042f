/** The operations that only read what management is about. Fields without a value are left out by Meta: they become null. */

import { isObject } from '../../core/is-object.ts';
import type { GraphClient } from '../../meta-graph/client.ts';
import { appNumberOf, CONNECT_APP_NUMBER } from '../health/app-number.ts';
import { NAME_STATUS_ROWS, NEW_NAME_STATUS_ROWS, REGISTER_NEW_NAME } from '../health/health-rows.ts';
import { FOLLOWS_OVERRIDE } from './changes.ts';
import type { ManagementAnswer, ManagementAnswerName, NEXT_STEPS } from './operation-schemas.ts';

/** A number as the look-ups know it. */
export interface ManagedNumber {
  readonly id: string;
  readonly accountId: string | null;
  readonly digits: string | null;
  readonly value: Readonly<Record<string, unknown>>;
  readonly fetchedAtMs: number;
  readonly stale: boolean;
}

/** @param fields members of the node @returns what Meta answers */
type Ask = (fields: string) => Promise<Readonly<Record<string, unknown>>>;

export interface ReadOperation {
  readonly kind: 'reading';
  readonly on: 'number' | 'account';
  readonly method: 'GET';
  readonly path: string;
  readonly about: string;
  readonly answer: ManagementAnswerName;
  /** @param number what is known of it; null where the operation is about an account */
  readonly read: (graph: GraphClient, id: string, number: ManagedNumber | null) => Promise<object>;
}

interface NumberReading<Name extends ManagementAnswerName> {
  readonly path: string;
  readonly about: string;
  readonly answer: Name;
  readonly read: (number: ManagedNumber, ask: Ask) => Promise<ManagementAnswer<Name>>;
}

function ofNumber<Name extends ManagementAnswerName>({ read, ...entry }: NumberReading<Name>): ReadOperation {
  return {
    kind: 'reading',
    on: 'number',
    method: 'GET',
    ...entry,
    async read(graph, id, number) {
      if (number === null) throw new TypeError('A number is needed.');
      const ask: Ask = async (fields) =>
        (await graph.get({ path: [id], query: { fields }, accountId: number.accountId })).body;
      return read(number, ask);
    },
  };
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : null);
const flagOf = (value: unknown) => (typeof value === 'boolean' ? value : null);
const membersOf = (value: unknown) => (isObject(value) ? value : {});
const listOf = (value: unknown) => (Array.isArray(value) ? (value as readonly unknown[]) : []);

type Next = (typeof NEXT_STEPS)[number];

const NEXT_ABOUT: Readonly<Record<Next, string>> = {
  none: 'The number is registered and can send and receive.',
  request_code:
    'Prove that the number is yours: request a code (request-code), verify it (verify-code), then register.',
  register: 'The number is verified: register it with its PIN (register).',
  connect_app_number: `The number belongs to the WhatsApp Business app, and Meta does not register it as it is. ${CONNECT_APP_NUMBER}`,
};

function nextOf(value: ManagedNumber['value']): Next {
  const { status, platform_type: platform, code_verification_status: verification } = value;
  if (status === 'CONNECTED' && (platform === undefined || platform === 'CLOUD_API')) return 'none';
  if (appNumberOf(value) === 'certain') return 'connect_app_number';
  return verification === 'VERIFIED' ? 'register' : 'request_code';
}

function aboutNext(next: Next, value: ManagedNumber['value']): string {
  const sentences = [NEXT_ABOUT[next]];
  if (next === 'request_code' || next === 'register') {
    if (appNumberOf(value) === 'possible') {
      sentences.push(
        `Should it belong to the WhatsApp Business app, Meta refuses to register it. ${CONNECT_APP_NUMBER}`,
      );
    }
    if (value.name_status === 'PENDING_REVIEW') {
      sentences.push(
        'Its display name is in review, which does not prevent registering. Should Meta refuse it because of the name, its answer says so.',
      );
    }
  }
  return sentences.join(' ');
}

export const READINGS = {
  registration: ofNumber({
    path: '/phone-numbers/{id}/registration',
    about: 'Where a number stands on its way to be registered, and what comes next',
    answer: 'Registration',
    async read({ id, accountId, value, fetchedAtMs, stale }) {
      const next = nextOf(value);
      return {
        phone_number_id: id,
        account_id: accountId,
        display_phone_number: textOf(value.display_phone_number),
        verified_name: textOf(value.verified_name),
        status: textOf(value.status),
        code_verification_status: textOf(value.code_verification_status),
        platform_type: textOf(value.platform_type),
        name_status: textOf(value.name_status),
        is_pin_enabled: flagOf(value.is_pin_enabled),
        is_on_biz_app: flagOf(value.is_on_biz_app),
        fetched_at: new Date(fetchedAtMs).toISOString(),
        stale,
        next,
        about: aboutNext(next, value),
      };
    },
  }),
  'display-name': ofNumber({
    path: '/phone-numbers/{id}/display-name',
    about: 'The display name, and how far the review of a new one is',
    answer: 'NameReview',
    async read({ id }, ask) {
      const value = await ask('verified_name,name_status,new_display_name,new_name_status');
      const status = textOf(value.name_status);
      const newStatus = textOf(value.new_name_status);
      const newName = newStatus !== null && newStatus !== 'NONE' && newStatus !== 'NON_EXISTS';
      const row = newName ? NEW_NAME_STATUS_ROWS[newStatus] : NAME_STATUS_ROWS[status ?? ''];
      return {
        phone_number_id: id,
        verified_name: textOf(value.verified_name),
        name_status: status,
        new_display_name: textOf(value.new_display_name),
        new_name_status: newStatus,
        in_review: (newName ? newStatus : status) === 'PENDING_REVIEW',
        about: row?.about ?? 'Meta does not say how the review of the name stands.',
        // Graph shows an approved name like one that has been in use for years.
        todo: row?.todo || (status === 'APPROVED' ? `If it is new: ${REGISTER_NEW_NAME}` : ''),
      };
    },
  }),
  conversational: ofNumber({
    path: '/phone-numbers/{id}/conversational',
    about: 'The prompts and commands of a number',
    answer: 'ConversationalComponents',
    async read({ id }, ask) {
      const { conversational_automation } = await ask('conversational_automation');
      const { enable_welcome_message, prompts, commands } = membersOf(conversational_automation);
      return {
        phone_number_id: id,
        enable_welcome_message: flagOf(enable_welcome_message),
        prompts: listOf(prompts).filter((prompt) => typeof prompt === 'string'),
        commands: listOf(commands).map((command) => {
          const { command_name, command_description } = membersOf(command);
          return {
            command_name: textOf(command_name) ?? '',
            command_description: textOf(command_description) ?? '',
          };
        }),
      };
    },
  }),
  webhook: ofNumber({
    path: '/phone-numbers/{id}/webhook',
    about: 'Where the events of a number go',
    answer: 'NumberWebhook',
    async read({ id }, ask) {
      const { webhook_configuration } = await ask('webhook_configuration');
      const members = membersOf(webhook_configuration);
      const number = textOf(members.phone_number);
      const account = textOf(members.whatsapp_business_account);
      const application = textOf(members.application);
      return {
        phone_number_id: id,
        phone_number: number,
        whatsapp_business_account: account,
        application,
        in_force: number ?? account ?? application,
        about: FOLLOWS_OVERRIDE,
      };
    },
  }),
  certificate: ofNumber({
    path: '/phone-numbers/{id}/certificate',
    about: 'The display-name certificate of the old On-Premises client',
    answer: 'Certificate',
    async read({ id }, ask) {
      const value = await ask('certificate,new_certificate');
      return {
        phone_number_id: id,
        certificate: textOf(value.certificate),
        new_certificate: textOf(value.new_certificate),
        about:
          'The display-name certificate, in base64, which the old On-Premises client was registered with. The Cloud API does not need it, and it has nothing to do with TLS or webhooks. Meta leaves it out where there is none.',
      };
    },
  }),
  'official-account': ofNumber({
    path: '/phone-numbers/{id}/official-account',
    about: 'Whether the number is an official business account, and how far a request is',
    answer: 'OfficialAccount',
    async read({ id }, ask) {
      const value = await ask('is_official_business_account,official_business_account');
      const { oba_status } = membersOf(value.official_business_account);
      return {
        phone_number_id: id,
        is_official_business_account: flagOf(value.is_official_business_account),
        oba_status: textOf(oba_status),
        about:
          'The official business account is a badge beside the name. It says nothing about the display name, the limit or the quality. After a rejection it can be requested again in 30 days.',
      };
    },
  }),
  'account-webhook': {
    kind: 'reading',
    on: 'account',
    method: 'GET',
    path: '/accounts/{account_id}/webhook',
    about: 'The override of the callback URL for a whole account',
    answer: 'AccountWebhook',
    async read(graph, accountId): Promise<ManagementAnswer<'AccountWebhook'>> {
      const { body } = await graph.get({ path: [accountId, 'subscribed_apps'], accountId });
      const apps = listOf(body.data).map((app) => {
        const { override_callback_uri: url, whatsapp_business_api_data } = membersOf(app);
        const { id, name } = membersOf(whatsapp_business_api_data);
        const appId = typeof id === 'number' ? String(id) : (textOf(id) ?? '');
        return {
          app_id: /^\d{1,20}$/.test(appId) ? appId : null,
          name: textOf(name),
          override_callback_uri: url === '' ? null : textOf(url),
        };
      });
      return { account_id: accountId, apps, about: FOLLOWS_OVERRIDE };
    },
  },
} as const satisfies Record<string, ReadOperation>;

export type ReadingName = keyof typeof READINGS;
