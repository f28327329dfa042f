/** Operations on phone numbers over HTTP, as phone-numbers/management names them. */
import * as z from 'zod';
import type { ApiToken } from '../../config/api-tokens.ts';
import { HubcastError } from '../../core/errors.ts';
import { INPUTS } from '../../phone-numbers/management/inputs.ts';
import { MANAGEMENT_OPERATIONS } from '../../phone-numbers/management/manage.ts';
import { MANAGEMENT_ANSWERS } from '../../phone-numbers/management/operation-schemas.ts';
import { accountId, numberId } from './parameters.ts';
import { lookUpsOf } from './phone-number-routes.ts';
import { defineRoute, NO_QUERY } from './route.ts';
import type { InternalServices } from './services.ts';

/** Thirty commands of the longest texts, every character escaped. */
const MAX_BODY_BYTES = 128 * 1024;

const ERRORS = [
  'management_off',
  'operation_refused',
  'operation_unknown',
  'graph_token_invalid',
  'graph_permission_missing',
  'graph_throttled',
  'graph_unavailable',
  'graph_refused',
  'store_unavailable',
  'write_timed_out',
  'store_full',
] as const;

export const MANAGEMENT_ROUTES = Object.entries(MANAGEMENT_OPERATIONS).map(([name, operation]) => {
  const { method, path, about, on, answer } = operation;
  const input = operation.kind === 'change' ? operation.input : null;
  return defineRoute({
    id: name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
    method,
    path,
    tag: 'management',
    about,
    access: 'manage',
    perApp: true,
    params: z.object(on === 'number' ? { id: numberId } : { account_id: accountId }),
    badPath: 'invalid_phone_number_id',
    query: NO_QUERY,
    ...(input !== null && { body: { schema: INPUTS[input], about: 'What the operation takes', required: true } }),
    answer: { schema: MANAGEMENT_ANSWERS[answer] },
    errors: [
      ...ERRORS,
      on === 'number' ? 'phone_number_not_found' : 'account_not_found',
      ...(input === null ? [] : (['invalid_body'] as const)),
    ],
    async handle(services, { params, token, readBody }) {
      const { management } = services;
      if (token === null) throw new HubcastError('unauthorized', 'No valid token came.');
      if (management === null) throw new HubcastError('management_off', 'MANAGEMENT is not on here.');
      const [id = ''] = Object.values(params) as string[];
      if (token.app !== null) await assertOfApp(services, token, on, id);
      const body = input === null ? null : toJson(await readBody(MAX_BODY_BYTES));
      return management.run(name, id, body, { kind: 'token', name: token.name });
    },
  });
});

/** @throws HubcastError `phone_number_not_found`, `account_not_found` for what is not of the token's app */
async function assertOfApp(services: InternalServices, token: ApiToken, on: 'number' | 'account', id: string) {
  if (on === 'number') await lookUpsOf(services, token).byId(id);
  else if (!services.accountsOf(token.app ?? '').includes(id)) {
    throw new HubcastError('account_not_found', `Account ${id} does not belong to the app of the token.`);
  }
}

/** @throws HubcastError `invalid_body`; the parser's message is left out, as it may repeat a piece of the body */
function toJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    const expected = 'A JSON object.';
    throw new HubcastError('invalid_body', `The body: ${expected}`, { details: { expected } });
  }
}
