/**
 * A Graph API for tests and the demo: an HTTP server with state, made after Meta's documentation and recorded replies.
 * It knows the phone number edge and node and the operations on a number, refuses as Meta does, can be told to be slow,
 * broken or out of calls, and sends the webhooks that its changes cause.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { debugToken, graphError, notFound, type StandInAnswer, StandInError } from './answers.ts';
import {
  type AppState,
  describeToken,
  readSubscriptions,
  type StandInApp,
  type StandInSubscription,
  writeSubscription,
} from './meta-app.ts';
import { answerOperation } from './operations.ts';
import { checkAccess, readParameters } from './requests.ts';
import {
  addNumber,
  changeMembers,
  createState,
  type NumberState,
  type StandInAccount,
  type StandInNumber,
} from './state.ts';
import { createUsage, type Usage } from './usage.ts';
import { sendWebhook, type WebhookTarget } from './webhooks.ts';
import { digitsOf } from './writes.ts';

export interface GraphStandInOptions {
  readonly accounts: readonly StandInAccount[];
  readonly accessToken?: string;
  /** What `debug_token` tells, in seconds since 1970; 0, which stands for never, when left out. */
  readonly tokenExpiresAt?: number;
  /** Then every call needs the `appsecret_proof` of this secret ("Require app secret" is on). */
  readonly appSecret?: string;
  /** Reads an account may make in an hour; 5,000 for an active account, 200 otherwise. */
  readonly callsPerHour?: number;
  /** Without one, calls about the app itself find nothing. */
  readonly app?: StandInApp;
  readonly unavailableFields?: readonly string[];
  readonly bareLists?: boolean;
  readonly webhook?: WebhookTarget;
  /** Told what a person would read in the SMS or hear in the call: `123-830`. */
  readonly onCode?: (displayPhoneNumber: string, code: string) => void;
  /** Requested names are approved after this time, unless `reviewName` decides sooner; without it they wait for that. */
  readonly reviewNamesAfterMs?: number;
  readonly port?: number;
  readonly now?: () => number;
  readonly random?: () => number;
  /** Reaches callback URLs. */
  readonly fetch?: typeof globalThis.fetch;
}

/** One call that came, without the token and the proof. */
export interface StandInCall {
  readonly method: string;
  /** Without the version: `/102290129340398/phone_numbers`. */
  readonly path: string;
  readonly version: string;
  readonly query: Readonly<Record<string, string>>;
  /** What was sent, PINs and codes included; empty for reads. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** An answer out of order. What is not said is as usual: a delay alone makes the right answer late. */
export interface ScriptedAnswer {
  /** Calls whose path it is for; all when left out. */
  readonly path?: RegExp;
  readonly times?: number;
  readonly delayMs?: number;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text goes out as it is (HTML, nothing, half a JSON); anything else as JSON. The call then changes nothing. */
  readonly body?: unknown;
  /** The connection is cut without an answer; what was asked is done all the same. */
  readonly hangUp?: boolean;
}

export interface GraphStandIn {
  /** Base URL, without a version: the value of META_GRAPH_URL. */
  readonly url: string;
  readonly accessToken: string;
  readonly calls: readonly StandInCall[];
  /** Of the app, to the WhatsApp object. */
  readonly subscription: () => StandInSubscription | null;
  /** Takes effect for the next calls that match, before everything else. */
  readonly script: (answer: ScriptedAnswer) => void;
  readonly change: (id: string, members: Readonly<Record<string, unknown>>) => void;
  readonly add: (accountId: string, number: StandInNumber) => void;
  readonly remove: (id: string) => void;
  /** @param usage null: counted again */
  readonly setUsage: (accountId: string, usage: Usage | null) => void;
  readonly setAppUsage: (usage: Usage) => void;
  /** Every call is refused with 190 from now on. */
  readonly expireToken: (expired: boolean) => void;
  /** The code of the last SMS or call, as people see it: `123-830`. */
  readonly codeSentTo: (id: string) => string | null;
  /** Meta decides on a requested display name, and says so by webhook. */
  readonly reviewName: (id: string, decision: 'APPROVED' | 'REJECTED', reason?: string) => Promise<void>;
  /** Where webhooks go from now on. */
  readonly sendWebhooksTo: (target: WebhookTarget) => void;
  /** Webhooks that were caused and sent so far have been answered. */
  readonly webhooksSent: () => Promise<readonly number[]>;
  readonly close: () => Promise<void>;
}

export const STAND_IN_TOKEN = 'EAAStandInAccessToken';

export async function startGraphStandIn(options: GraphStandInOptions): Promise<GraphStandIn> {
  const { accessToken = STAND_IN_TOKEN, appSecret, now = Date.now, random = Math.random } = options;
  let { webhook } = options;
  const reviews = new Set<NodeJS.Timeout>();
  const state = createState(options.accounts, options.app?.id);
  const app: AppState | null =
    options.app === undefined ? null : { app: options.app, subscription: options.app.subscription ?? null };
  const usage = createUsage(options.callsPerHour ?? 5_000, now);
  const calls: StandInCall[] = [];
  const scripts: { answer: ScriptedAnswer; left: number }[] = [];
  const webhooks: Promise<number>[] = [];
  let expired = false;
  let url = '';

  function happened(number: NumberState, field: string, value: Record<string, unknown>): void {
    if (webhook === undefined) return;
    const sent = sendWebhook(webhook, { entryId: number.accountId, field, value, nowMs: now() });
    sent.catch(() => {});
    webhooks.push(sent);
  }

  const shownCode = (code: string) => code.replace(/^(\d{3})/, '$1-');

  function codeSent({ members, hidden }: NumberState): void {
    if (hidden.code !== null) options.onCode?.(members.display_phone_number, shownCode(hidden.code));
  }

  function nameRequested(number: NumberState): void {
    if (options.reviewNamesAfterMs === undefined) return;
    const review = setTimeout(() => {
      reviews.delete(review);
      if (number.members.new_name_status === 'PENDING_REVIEW') decideName(number, 'APPROVED');
    }, options.reviewNamesAfterMs);
    reviews.add(review);
  }

  function decideName(number: NumberState, decision: 'APPROVED' | 'REJECTED', reason?: string): void {
    const name = number.members.new_display_name ?? number.members.verified_name;
    const approved = decision === 'APPROVED';
    Object.assign(
      number.members,
      approved
        ? { verified_name: name, name_status: 'APPROVED', new_display_name: undefined, new_name_status: 'NONE' }
        : { new_name_status: 'DECLINED' },
    );
    happened(number, 'phone_number_name_update', {
      display_phone_number: digitsOf(number),
      decision,
      requested_verified_name: name,
      rejection_reason: approved ? null : (reason ?? 'NAME_FORMAT_UNACCEPTABLE'),
    });
  }

  async function takeIn(request: IncomingMessage) {
    const { method = 'GET' } = request;
    const asked = new URL(request.url ?? '/', url);
    const [, version = '', path = ''] = /^\/(v\d+\.\d+)(\/.*)$/.exec(asked.pathname) ?? [];
    const {
      appsecret_proof: _proof,
      access_token: _token,
      input_token: _inspected,
      ...query
    } = Object.fromEntries(asked.searchParams);
    const body = await readParameters(request).catch(() => null);
    const call: StandInCall = { method, path, version, query, body: body ?? {} };
    calls.push(call);
    const script = scripts.find((entry) => entry.left > 0 && (entry.answer.path ?? /^/).test(path));
    if (script !== undefined) script.left -= 1;
    const [, id = '', edge = ''] = /^\/(\d+)(?:\/([a-z_]+))?$/.exec(path) ?? [];
    const accountId = state.accounts.has(id) ? id : (state.numbers.get(id)?.accountId ?? null);
    return { call, id, edge, accountId, readable: body !== null, search: asked.searchParams, scripted: script?.answer };
  }

  async function answer(request: IncomingMessage, taken: Awaited<ReturnType<typeof takeIn>>): Promise<StandInAnswer> {
    const { call, id, edge, accountId, readable, search } = taken;
    try {
      const caller = checkAccess(request, search, { accessToken, appSecret, expired, app: app?.app });
      if (call.path === '/debug_token') {
        const valid = search.get('input_token') === accessToken;
        const expiresAt = options.tokenExpiresAt ?? 0;
        return app === null
          ? debugToken(valid, expiresAt)
          : describeToken(app, { valid: valid && !expired, expiresAt });
      }
      if (app !== null && id === app.app.id && edge === 'subscriptions' && caller === 'app') {
        if (call.method === 'GET') return readSubscriptions(app);
        const challenge = String(Math.floor(random() * 1e9));
        const how = { version: call.version, challenge, fetch: options.fetch ?? globalThis.fetch };
        if (call.method === 'POST') return await writeSubscription(app, { ...call.query, ...call.body }, how);
      }
      if (accountId === null) throw notFound(id || call.path.slice(1), call.method);
      const refusal = usage.count(accountId);
      if (refusal !== null) return refusal;
      if (!readable) throw new StandInError(100, 'Invalid parameter', { details: 'The body cannot be read.' });
      return answerOperation(
        { method: call.method, id, edge, query: search, parameters: { ...call.query, ...call.body } },
        {
          state,
          read: {
            unavailableFields: new Set(options.unavailableFields),
            bareLists: options.bareLists === true,
            baseUrl: `${url}/${call.version}`,
            accessToken,
          },
          write: { now, random, happened, codeSent, nameRequested },
        },
      );
    } catch (error) {
      return error instanceof StandInError ? error.answer : graphError(1, 'An unknown error occurred', { status: 500 });
    }
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const taken = await takeIn(request);
    const { accountId, scripted = {} } = taken;
    // A scripted body stands for what Meta did instead: nothing is carried out.
    const usual: StandInAnswer =
      'body' in scripted ? { status: 200, body: scripted.body } : await answer(request, taken);
    if (scripted.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, scripted.delayMs));
    if (scripted.hangUp === true) {
      response.destroy();
      return;
    }
    const { body } = usual;
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    response.writeHead(scripted.status ?? usual.status, {
      'Content-Type': typeof body === 'string' ? 'text/html' : 'application/json; charset=UTF-8',
      'Cache-Control': 'private, no-cache, no-store, must-revalidate',
      ...usage.headers(accountId),
      ...usual.headers,
      ...scripted.headers,
    });
    response.end(text);
  }

  const server = createServer((request, response) => void respond(request, response));
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const numberOf = (id: string): NumberState => {
    const number = state.numbers.get(id);
    if (number === undefined) throw new Error(`The stand-in has no number ${id}.`);
    return number;
  };

  return {
    url,
    accessToken,
    calls,
    subscription: () => app?.subscription ?? null,
    script: (scripted) => scripts.push({ answer: scripted, left: scripted.times ?? 1 }),
    change: (id, members) => changeMembers(numberOf(id), members),
    add: (accountId, number) => addNumber(state, accountId, number),
    remove: (id) => state.numbers.delete(id),
    setUsage: usage.setAccount,
    setAppUsage: usage.setApp,
    expireToken(value) {
      expired = value;
    },
    codeSentTo(id) {
      const { code } = numberOf(id).hidden;
      return code === null ? null : shownCode(code);
    },
    sendWebhooksTo(target) {
      webhook = target;
    },
    async reviewName(id, decision, reason) {
      decideName(numberOf(id), decision, reason);
      await Promise.all(webhooks);
    },
    webhooksSent: () => Promise.all(webhooks),
    async close() {
      for (const review of reviews) clearTimeout(review);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
