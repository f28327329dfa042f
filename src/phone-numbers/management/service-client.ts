/** Manages numbers through the internal listener of a running service, which puts each operation on record. */
import { ERRORS, type ErrorCode, HubcastError, messageOf } from '../../core/errors.ts';
import { isObject } from '../../core/is-object.ts';
import type { ManagementClient } from './client.ts';
import { explanationOf } from './explain.ts';
import { MANAGEMENT_OPERATIONS } from './manage.ts';

const REQUEST_TIMEOUT_MS = 60_000;

/** @param token null sends none, and the service says that it needs one */
export function createServiceClient(
  url: string,
  token: string | null,
  fetch: typeof globalThis.fetch,
): ManagementClient {
  return {
    about: `through the service at ${url}, which puts it on record`,
    prepare: async () => undefined,
    close: async () => undefined,
    async run(name, id, body) {
      const { method, path, ...operation } = MANAGEMENT_OPERATIONS[name];
      const takesBody = operation.kind === 'change' && operation.input !== null;
      let response: Response;
      let answer: unknown;
      try {
        response = await fetch(url + path.replace(/\{\w+\}/, encodeURIComponent(id)), {
          method,
          headers: {
            ...(token === null ? {} : { authorization: `Bearer ${token}` }),
            ...(takesBody ? { 'content-type': 'application/json' } : {}),
          },
          ...(takesBody ? { body: JSON.stringify(body) } : {}),
          redirect: 'error',
          signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
        });
        answer = await response.json();
      } catch (error) {
        const cause = error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
        const doubt = operation.kind === 'change' ? ' Whether it was carried out is not known.' : '';
        throw new HubcastError('service_unreachable', `${url} gives no answer: ${cause}.${doubt}`, { cause: error });
      }
      if (response.ok && isObject(answer)) return answer;
      throw toServiceError(response.status, answer, url);
    },
  };
}

function toServiceError(status: number, answer: unknown, url: string): HubcastError {
  const { code, message, details } = isObject(answer) && isObject(answer.error) ? answer.error : {};
  if (typeof code !== 'string' || !Object.hasOwn(ERRORS, code)) {
    return new HubcastError('service_unreachable', `${url} answered ${status}, and not as hubcast does.`);
  }
  const known = isObject(details) ? (details as Readonly<Record<string, string | number>>) : {};
  const { member, expected } = known;
  const text =
    expected === undefined
      ? (explanationOf(known) ?? `${url} answered ${status}: ${String(message)}`)
      : `${member ?? 'The input'}: ${expected}`;
  return new HubcastError(code as ErrorCode, text, { details: known });
}
