/** A service that may manage numbers, a Graph stand-in beside it, and every secret that must be nowhere. */
import type { GraphStandIn } from '../../src/sdk/testing/graph-stand-in/start-graph-stand-in.ts';
import { NEW_NUMBER } from '../../src/sdk/testing/graph-stand-in/state.ts';
import { ACCOUNT, NUMBER, OTHER_ACCOUNT } from './graph.ts';
import { type CliResult, runCli } from './run-cli.ts';
import { APP_SECRET, startTestService, type TestService } from './start-service.ts';

export const MANAGE_TOKEN = 'manage-manage-manage';
export const READER_TOKEN = 'reader-reader-reader';
export const PIN = '940173';
export const WRONG_PIN = '861452';
export const OVERRIDE_TOKEN = 'zebra-override-token';
/** What the stand-in sends as SMS, by its seed. */
export const CODE = '570836';
export const NEW_ID = '106540352242955';
const SECRETS = [PIN, WRONG_PIN, CODE, '570-836', OVERRIDE_TOKEN, MANAGE_TOKEN];

/** A number that is registered, one that is new, and an account to move numbers from. */
export const PEOPLE = {
  accounts: [
    {
      id: ACCOUNT,
      numbers: [NUMBER, { ...NEW_NUMBER, id: NEW_ID, display_phone_number: '+49 1512 3456789' }],
    },
    { id: OTHER_ACCOUNT, numbers: [{ id: '77', display_phone_number: '+44 20 7946 0000' }] },
  ],
  random: () => Number(CODE) / 1_000_000,
};

export function environmentOf(graph: Pick<GraphStandIn, 'url' | 'accessToken'>): Record<string, string> {
  return {
    MANAGEMENT: 'on',
    META_GRAPH_URL: graph.url,
    META_ACCESS_TOKEN: graph.accessToken,
    WABA_IDS: `${ACCOUNT},${OTHER_ACCOUNT}`,
    META_APP_SECRET: APP_SECRET,
  };
}

export const TOKENS = `deploy=${MANAGE_TOKEN};manage,viewer=${READER_TOKEN};numbers:read`;

export interface Managed {
  readonly service: TestService;
  readonly call: (method: string, path: string, body?: object, token?: string | null) => Promise<HttpAnswer>;
  readonly cli: (args: readonly string[], input?: string, env?: Record<string, string>) => Promise<CliResult>;
  /** Everything that was answered, printed, logged or stored so far. */
  readonly everything: () => Promise<string>;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: an answer of any shape
  readonly body: any;
}

export async function manageWith(graph: GraphStandIn, env: Record<string, string> = {}): Promise<Managed> {
  const service = await startTestService({ ...environmentOf(graph), API_TOKENS: TOKENS, ...env });
  const seen: string[] = [];
  return {
    service,
    async call(method, path, body, token = MANAGE_TOKEN) {
      const response = await fetch(service.internalUrl + path, {
        method,
        headers: token === null ? {} : { authorization: `Bearer ${token}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      seen.push(text, JSON.stringify([...response.headers]));
      return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
    },
    async cli(args, input = '', extra = {}) {
      const result = await runCli(['numbers', ...args], {
        env: { HUBCAST_URL: service.internalUrl, HUBCAST_TOKEN: MANAGE_TOKEN, ...extra },
        input,
      });
      seen.push(result.stdout, result.stderr);
      return result;
    },
    async everything() {
      return [...seen, service.logText(), JSON.stringify(await service.records())].join('\n');
    },
  };
}

/** @returns the secrets that are in a text, which should be none */
export function secretsIn(text: string): readonly string[] {
  return SECRETS.filter((secret) => text.includes(secret));
}

export interface AuditEvent {
  readonly type: string;
  readonly subject?: string;
  readonly data: {
    readonly operation: string;
    readonly operation_id: string;
    readonly outcome: string;
    readonly actor: { readonly kind: string; readonly name: string };
    readonly phone_number: { readonly digits: string | null; readonly id: string | null } | null;
    readonly account_id: string | null;
    readonly input: Record<string, unknown>;
    readonly error: { readonly code: string; readonly meta_code: number | null } | null;
  };
}

/** What is on record, in order. */
export async function auditOf(service: Pick<TestService, 'records'>): Promise<readonly AuditEvent[]> {
  return (await service.records())
    .map(({ value }) => JSON.parse(value) as AuditEvent)
    .filter(({ type }) => type === 'whatsapp.phone_number.managed');
}
