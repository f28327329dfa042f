/**
 * A Graph API for tests and the demo: an HTTP server with state, made after Meta's documentation and recorded replies.
 * It knows the phone number edge and node and the operations on a number, refuses as Meta does, can be told to be slow,
 * broken or out of calls, and sends the webhooks that its changes cause.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerCall, receiveCall, type StandInContext } from './answer-call.ts';
import type { StandInAnswer } from './graph-replies.ts';
import type { AppState, StandInApp, StandInSubscription } from './meta-app.ts';
import { createNameReviews, type NameDecision } from './name-reviews.ts';
import { type StandInRefusal, scriptedRefusal } from './refusals.ts';
import { createScriptedAnswers, type ScriptedAnswer } from './scripted-answers.ts';
import type { StandInCall } from './stand-in-call.ts';
import {
  addNumber,
  changeMembers,
  createState,
  type StandInAccount,
  type StandInNumber,
  type StandInNumberState,
} from './state.ts';
import { createUsage, type Usage } from './usage.ts';
import { createWebhooks, type WebhookTarget } from './webhooks.ts';

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
  /** Called with what a person would read in the SMS or hear in the call: `123-830`. */
  readonly onCode?: (displayPhoneNumber: string, code: string) => void;
  /** Requested names are approved after this time, unless `reviewName` decides sooner; without it they wait for that. */
  readonly reviewNamesAfterMs?: number;
  readonly port?: number;
  readonly now?: () => number;
  readonly random?: () => number;
  /** Reaches callback URLs. */
  readonly fetch?: typeof globalThis.fetch;
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
  /** The next operation that Meta could refuse so is refused so. */
  readonly refuse: (name: StandInRefusal) => void;
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
  readonly reviewName: (id: string, decision: NameDecision, reason?: string) => Promise<void>;
  /** Where webhooks go from now on. */
  readonly sendWebhooksTo: (target: WebhookTarget) => void;
  /** Webhooks that were caused and sent so far have been answered. */
  readonly webhooksSent: () => Promise<readonly number[]>;
  readonly close: () => Promise<void>;
}

export const STAND_IN_TOKEN = 'EAAStandInAccessToken';

export async function startGraphStandIn(options: GraphStandInOptions): Promise<GraphStandIn> {
  const { accessToken = STAND_IN_TOKEN, now = Date.now, random = Math.random } = options;
  const state = createState(options.accounts, options.app?.id);
  const app: AppState | null =
    options.app === undefined ? null : { app: options.app, subscription: options.app.subscription ?? null };
  const usage = createUsage(options.callsPerHour ?? 5_000, now);
  const webhooks = createWebhooks(options.webhook, now);
  const reviews = createNameReviews(options.reviewNamesAfterMs, webhooks);
  const scripts = createScriptedAnswers();
  const calls: StandInCall[] = [];
  let expired = false;
  const codeSent = ({ members, hidden }: StandInNumberState) => {
    if (hidden.code !== null) options.onCode?.(members.display_phone_number, shownCode(hidden.code));
  };
  const server = await startServer(options.port ?? 0, scripts, calls, {
    state,
    app,
    usage,
    access: () => ({ accessToken, appSecret: options.appSecret, expired, app: app?.app }),
    tokenExpiresAt: options.tokenExpiresAt ?? 0,
    read: {
      unavailableFields: new Set(options.unavailableFields),
      bareLists: options.bareLists === true,
      accessToken,
    },
    write: { now, random, happened: webhooks.send, codeSent, nameRequested: reviews.requested },
    fetch: options.fetch ?? globalThis.fetch,
  });
  const numberOf = (id: string): StandInNumberState => {
    const number = state.numbers.get(id);
    if (number === undefined) throw new Error(`The stand-in has no number ${id}.`);
    return number;
  };

  return {
    url: server.url,
    accessToken,
    calls,
    subscription: () => app?.subscription ?? null,
    script: scripts.add,
    refuse: (name) => scripts.add(scriptedRefusal(name)),
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
    sendWebhooksTo: webhooks.sendTo,
    async reviewName(id, decision, reason) {
      reviews.decide(numberOf(id), decision, reason);
      await webhooks.settled();
    },
    webhooksSent: webhooks.settled,
    async close() {
      reviews.close();
      await server.close();
    },
  };
}

const shownCode = (code: string) => code.replace(/^(\d{3})/, '$1-');

async function startServer(
  port: number,
  scripts: ReturnType<typeof createScriptedAnswers>,
  calls: StandInCall[],
  context: StandInContext,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  let url = '';

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const received = await receiveCall(request, url, context.state);
    calls.push(received.call);
    const scripted = scripts.takeFor(received.call) ?? {};
    // A scripted body is what Meta did instead: nothing is carried out.
    const usual: StandInAnswer =
      'body' in scripted ? { status: 200, body: scripted.body } : await answerCall(request, received, url, context);
    if (scripted.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, scripted.delayMs));
    if (scripted.hangUp === true) {
      response.destroy();
      return;
    }
    const { body } = usual;
    response.writeHead(scripted.status ?? usual.status, {
      'Content-Type': typeof body === 'string' ? 'text/html' : 'application/json; charset=UTF-8',
      'Cache-Control': 'private, no-cache, no-store, must-revalidate',
      ...context.usage.headers(received.accountId),
      ...usual.headers,
      ...scripted.headers,
    });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  }

  const server = createServer((request, response) => void respond(request, response));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
