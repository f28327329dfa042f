/** Every operation: the request, the command, what is sent to Meta, answered and put on record. */
import { expect } from '@jest/globals';
import type { GraphStandIn } from '../../../src/sdk/testing/graph-stand-in/start-graph-stand-in.ts';
import { ACCOUNT, NUMBER } from '../../support/graph.ts';
import { CODE, NEW_ID, OVERRIDE_TOKEN, PIN } from '../../support/management.ts';

export interface Case {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  readonly cli: readonly string[];
  /** Standard input of the command. */
  readonly input?: string;
  readonly answer: object;
  /** The last write that reaches Meta; none for readings. */
  readonly sent?: { readonly path: string; readonly body: object };
  /** Put on record; none for readings. */
  readonly kept?: object;
  readonly before?: (graph: GraphStandIn) => void | Promise<void>;
}

const number = `/phone-numbers/${NUMBER.id}`;
const fresh = `/phone-numbers/${NEW_ID}`;
const OVERRIDE = 'https://hooks.example.com/webhook?key=hidden';
const conversational = {
  prompts: ['Plan a trip', 'Find a house'],
  commands: [{ command_name: 'tickets', command_description: 'Book a flight' }],
};

async function sendCode(graph: GraphStandIn): Promise<void> {
  await fetch(`${graph.url}/v26.0/${NEW_ID}/request_code?code_method=SMS&language=en_US`, {
    method: 'POST',
    headers: { authorization: `Bearer ${graph.accessToken}` },
  });
}

export const CASES: readonly Case[] = [
  {
    name: 'registration',
    method: 'GET',
    path: `${fresh}/registration`,
    cli: ['registration', NEW_ID],
    answer: { phone_number_id: NEW_ID, status: 'PENDING', is_pin_enabled: false, next: 'request_code', stale: false },
  },
  {
    name: 'request-code',
    method: 'POST',
    path: `${fresh}/request-code`,
    body: { code_method: 'VOICE', language: 'de' },
    cli: ['request-code', NEW_ID, '--method', 'VOICE', '--language', 'de'],
    answer: { operation: 'request-code', audit: 'complete', phone_number_id: NEW_ID },
    sent: { path: `/${NEW_ID}/request_code`, body: { code_method: 'VOICE', language: 'de' } },
    kept: { code_method: 'VOICE', language: 'de' },
  },
  {
    name: 'verify-code',
    method: 'POST',
    path: `${fresh}/verify-code`,
    body: { code: '570-836' },
    cli: ['verify-code', NEW_ID, '--code-file', '-'],
    input: '570-836\n',
    answer: { operation: 'verify-code', meta_reply: { id: NEW_ID } },
    sent: { path: `/${NEW_ID}/verify_code`, body: { code: CODE } },
    kept: {},
    before: sendCode,
  },
  {
    name: 'register',
    method: 'POST',
    path: `${fresh}/register`,
    body: { pin: PIN, data_localization_region: 'DE' },
    cli: ['register', NEW_ID, '--pin-file', '-', '--region', 'DE', '--yes'],
    input: PIN,
    answer: { operation: 'register', account_id: ACCOUNT },
    sent: { path: `/${NEW_ID}/register`, body: { messaging_product: 'whatsapp', pin: PIN } },
    kept: { data_localization_region: 'DE' },
    before: async (graph) =>
      graph.change(NEW_ID, { code_verification_status: 'VERIFIED', name_status: 'PENDING_REVIEW' }),
  },
  {
    name: 'deregister',
    method: 'POST',
    path: `${number}/deregister`,
    cli: ['deregister', NUMBER.id, '--yes'],
    answer: { operation: 'deregister' },
    sent: { path: `/${NUMBER.id}/deregister`, body: {} },
    kept: {},
  },
  {
    name: 'set-pin',
    method: 'PUT',
    path: `${number}/pin`,
    body: { pin: PIN },
    cli: ['pin', NUMBER.id, '--pin-file', '-', '--yes'],
    input: `${PIN}\n`,
    answer: { operation: 'set-pin' },
    sent: { path: `/${NUMBER.id}`, body: { pin: PIN } },
    kept: {},
  },
  {
    name: 'request-display-name',
    method: 'PUT',
    path: `${number}/display-name`,
    body: { new_display_name: 'Lucky Shrub Two' },
    cli: ['display-name', NUMBER.id, 'Lucky Shrub Two'],
    answer: { operation: 'request-display-name' },
    sent: { path: `/${NUMBER.id}`, body: { new_display_name: 'Lucky Shrub Two' } },
    kept: { new_display_name: 'Lucky Shrub Two' },
  },
  {
    name: 'display-name',
    method: 'GET',
    path: `${number}/display-name`,
    cli: ['display-name', NUMBER.id],
    before: (graph) =>
      graph.change(NUMBER.id, { new_display_name: 'Lucky Shrub Two', new_name_status: 'PENDING_REVIEW' }),
    answer: { verified_name: 'Lucky Shrub', new_name_status: 'PENDING_REVIEW', in_review: true },
  },
  {
    name: 'set-conversational',
    method: 'PUT',
    path: `${number}/conversational`,
    body: conversational,
    cli: ['conversational', NUMBER.id, '--set', '-'],
    input: JSON.stringify(conversational),
    answer: { operation: 'set-conversational' },
    sent: { path: `/${NUMBER.id}/conversational_automation`, body: conversational },
    kept: conversational,
  },
  {
    name: 'conversational',
    method: 'GET',
    path: `${number}/conversational`,
    cli: ['conversational', NUMBER.id],
    // Set before Meta removed the welcome message.
    before: (graph) =>
      graph.change(NUMBER.id, { conversational_automation: { enable_welcome_message: true, ...conversational } }),
    answer: { enable_welcome_message: true, ...conversational },
  },
  {
    name: 'set-webhook',
    method: 'PUT',
    path: `${number}/webhook`,
    body: { override_callback_uri: OVERRIDE, verify_token: OVERRIDE_TOKEN },
    cli: ['webhook', NUMBER.id, '--set', OVERRIDE, '--verify-token-file', '-'],
    input: OVERRIDE_TOKEN,
    answer: { operation: 'set-webhook' },
    sent: {
      path: `/${NUMBER.id}`,
      body: { webhook_configuration: { override_callback_uri: OVERRIDE, verify_token: OVERRIDE_TOKEN } },
    },
    kept: { override_callback_uri: 'https://hooks.example.com/webhook' },
  },
  {
    name: 'webhook',
    method: 'GET',
    path: `${number}/webhook`,
    cli: ['webhook', NUMBER.id],
    before: (graph) =>
      graph.change(NUMBER.id, {
        webhook_configuration: { application: 'https://a.example/', phone_number: 'https://n.example/' },
      }),
    answer: { application: 'https://a.example/', phone_number: 'https://n.example/', in_force: 'https://n.example/' },
  },
  {
    name: 'remove-webhook',
    method: 'DELETE',
    path: `${number}/webhook`,
    cli: ['webhook', NUMBER.id, '--remove'],
    answer: { operation: 'remove-webhook' },
    sent: { path: `/${NUMBER.id}`, body: { webhook_configuration: { override_callback_uri: '' } } },
    kept: {},
  },
  {
    name: 'set-account-webhook',
    method: 'PUT',
    path: `/accounts/${ACCOUNT}/webhook`,
    body: { override_callback_uri: OVERRIDE, verify_token: OVERRIDE_TOKEN },
    cli: ['webhook', ACCOUNT, '--account', '--set', OVERRIDE, '--verify-token-file', '-'],
    input: OVERRIDE_TOKEN,
    answer: { operation: 'set-account-webhook', phone_number_id: null, account_id: ACCOUNT },
    sent: {
      path: `/${ACCOUNT}/subscribed_apps`,
      body: { override_callback_uri: OVERRIDE, verify_token: OVERRIDE_TOKEN },
    },
    kept: { override_callback_uri: 'https://hooks.example.com/webhook' },
  },
  {
    name: 'account-webhook',
    method: 'GET',
    path: `/accounts/${ACCOUNT}/webhook`,
    cli: ['webhook', ACCOUNT, '--account'],
    answer: { account_id: ACCOUNT, apps: [{ app_id: '670843887433847', override_callback_uri: OVERRIDE }] },
  },
  {
    name: 'remove-account-webhook',
    method: 'DELETE',
    path: `/accounts/${ACCOUNT}/webhook`,
    cli: ['webhook', ACCOUNT, '--account', '--remove'],
    answer: { operation: 'remove-account-webhook' },
    sent: { path: `/${ACCOUNT}/subscribed_apps`, body: {} },
    kept: {},
  },
  {
    name: 'certificate',
    method: 'GET',
    path: `${number}/certificate`,
    cli: ['certificate', NUMBER.id],
    before: (graph) => graph.change(NUMBER.id, { certificate: 'Q2VydGlmaWNhdGU=' }),
    answer: { certificate: 'Q2VydGlmaWNhdGU=', new_certificate: null },
  },
  {
    name: 'official-account',
    method: 'GET',
    path: `${number}/official-account`,
    cli: ['official-account', NUMBER.id],
    before: (graph) => graph.change(NUMBER.id, { official_business_account: { oba_status: 'REJECTED' } }),
    answer: { is_official_business_account: false, oba_status: 'REJECTED' },
  },
  {
    name: 'add-number',
    method: 'POST',
    path: `/accounts/${ACCOUNT}/phone-numbers`,
    body: { cc: '43', phone_number: '+43 (1) 234567', verified_name: 'Lucky Shrub' },
    cli: ['add', ACCOUNT, '+43 (1) 234567', '--cc', '43', '--name', 'Lucky Shrub', '--yes'],
    answer: { operation: 'add-number', phone_number_id: expect.stringMatching(/^\d{16}$/) },
    sent: {
      path: `/${ACCOUNT}/phone_numbers`,
      body: { cc: '43', phone_number: '431234567', verified_name: 'Lucky Shrub' },
    },
    kept: { cc: '43', phone_number: '+43 (1) 234567', verified_name: 'Lucky Shrub' },
  },
  {
    name: 'migrate-number',
    method: 'POST',
    path: `/accounts/${ACCOUNT}/phone-numbers/migrate`,
    body: { cc: '44', phone_number: '2079460000' },
    cli: ['migrate', ACCOUNT, '2079460000', '--cc', '44', '--yes'],
    answer: { operation: 'migrate-number', phone_number_id: expect.stringMatching(/^\d{16}$/) },
    sent: {
      path: `/${ACCOUNT}/phone_numbers`,
      body: { cc: '44', phone_number: '2079460000', migrate_phone_number: true },
    },
    kept: { cc: '44', phone_number: '2079460000' },
  },
];
