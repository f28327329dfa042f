/**
 * The two ways in which a command manages numbers: through a running service, which then keeps the record, or by asking
 * Meta from here, with the record in the store that the settings name.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { StoreSettings } from '../config/settings.ts';
import { ERRORS, type ErrorCode, HubcastError, messageOf } from '../core/errors.ts';
import { isObject } from '../core/is-object.ts';
import type { Logger } from '../core/log.ts';
import { explanationOf } from '../phone-numbers/management/explain.ts';
import { MANAGEMENT_OPERATIONS, type OperationName } from '../phone-numbers/management/manage.ts';
import { storeForCommands } from '../stores/select.ts';
import type { Store } from '../stores/store.ts';
import { openLookUps } from './look-ups.ts';
import { openManagement } from './management.ts';

export type { OperationName };

export interface ManagementClient {
  /** Where operations go and where they are put on record, in words. */
  readonly about: string;
  /** Makes sure that a change can be put on record. @throws HubcastError that says why not, and what to do */
  readonly prepare: () => Promise<void>;
  /** @throws HubcastError with the explanation as its message */
  readonly run: (name: OperationName, id: string, body: object) => Promise<Readonly<Record<string, unknown>>>;
  /** What a person should know before the operation; null: nothing. */
  readonly warningOf: (name: OperationName) => string | null;
  readonly close: () => Promise<void>;
}

function warningOf(name: OperationName): string | null {
  const operation = MANAGEMENT_OPERATIONS[name];
  return operation.kind === 'change' ? operation.warning : null;
}

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
    warningOf,
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

export interface DirectClientOptions {
  /** Changes are made without a record of them. */
  readonly withoutAudit: boolean;
  /** Name of the user who runs the command. */
  readonly userName: string;
  readonly log: Logger;
}

/** @throws HubcastError `management_off`, `graph_not_configured` */
export function createDirectClient(settings: StoreSettings, options: DirectClientOptions): ManagementClient {
  const { withoutAudit, userName, log } = options;
  if (!settings.MANAGEMENT)
    throw new HubcastError('management_off', 'MANAGEMENT is not on in the settings of this command.');
  const numbers = openLookUps(() => ({ ...settings, ROLES: ['numbers'] }), log);
  if (numbers === null) throw new HubcastError('graph_not_configured', 'META_ACCESS_TOKEN is not set.');
  let store: Promise<Store> | undefined;

  async function opened(): Promise<Store> {
    store ??= storeForCommands(settings).open({ settings: () => settings, log });
    try {
      return await store;
    } catch (error) {
      throw notOnRecord(settings, error);
    }
  }

  const management = openManagement(settings, {
    numbers,
    append: withoutAudit ? null : async (records) => (await opened()).append(records),
    log,
  });
  if (management === null) throw new HubcastError('management_off', 'MANAGEMENT is not on.');
  const actor = { kind: 'cli', name: userName } as const;
  return {
    about: withoutAudit
      ? 'from here, and nothing is put on record'
      : `from here, put on record in the ${storeForCommands(settings).describe(settings)}`,
    async prepare() {
      if (withoutAudit) return;
      const { readiness } = await opened();
      const untilMs = Date.now() + settings.WRITE_TIMEOUT_MS;
      for (;;) {
        const state = await readiness();
        if (state.ready) return;
        if (Date.now() >= untilMs) throw notOnRecord(settings, new HubcastError('store_unavailable', state.reason));
        await sleep(READY_CHECK_INTERVAL_MS);
      }
    },
    warningOf,
    run: async (name, id, body) => (await management.run(name, id, body, actor)) as Readonly<Record<string, unknown>>,
    async close() {
      await (await store?.catch(() => undefined))?.close();
    },
  };
}

const READY_CHECK_INTERVAL_MS = 100;

function notOnRecord(settings: StoreSettings, cause: unknown): HubcastError {
  const code = cause instanceof HubcastError ? cause.code : 'store_unavailable';
  const reason = messageOf(cause);
  return new HubcastError(
    code,
    `This cannot be put on record in the ${storeForCommands(settings).describe(settings)}, so nothing was done: ${reason}\nWhere a service runs, name it: --url http://127.0.0.1:8081 (or HUBCAST_URL). To go on without a record: --without-audit.`,
    { cause },
  );
}
