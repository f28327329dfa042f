/** From a call to the answer Graph would give: who calls, whose budget it counts for, what is asked. */
import type { IncomingMessage } from 'node:http';
import { debugToken, graphError, notFound, type StandInAnswer, StandInError } from './graph-replies.ts';
import { type AppState, describeToken, readSubscriptions, writeSubscription } from './meta-app.ts';
import { answerOperation } from './operations.ts';
import type { StandInReadOptions } from './reads.ts';
import { type Access, checkAccess, readParameters } from './requests.ts';
import type { StandInCall } from './stand-in-call.ts';
import type { State } from './state.ts';
import type { createUsage } from './usage.ts';
import type { WriteOptions } from './writes.ts';

export interface ReceivedCall {
  readonly call: StandInCall;
  readonly id: string;
  readonly edge: string;
  /** Null where the call is about nothing the stand-in has. */
  readonly accountId: string | null;
  /** False: the body was neither JSON nor a form. */
  readonly readable: boolean;
  /** With token and proof. */
  readonly search: URLSearchParams;
}

export interface StandInContext {
  readonly state: State;
  /** Null: calls about the app itself find nothing. */
  readonly app: AppState | null;
  readonly usage: ReturnType<typeof createUsage>;
  /** Asked for each call: a token may expire. */
  readonly access: () => Access;
  readonly tokenExpiresAt: number;
  readonly read: Omit<StandInReadOptions, 'baseUrl'>;
  readonly write: WriteOptions;
  readonly fetch: typeof globalThis.fetch;
}

export async function receiveCall(request: IncomingMessage, baseUrl: string, state: State): Promise<ReceivedCall> {
  const { method = 'GET' } = request;
  const { pathname, searchParams: search } = new URL(request.url ?? '/', baseUrl);
  const [, version = '', path = ''] = /^\/(v\d+\.\d+)(\/.*)$/.exec(pathname) ?? [];
  const {
    appsecret_proof: _proof,
    access_token: _token,
    input_token: _inspected,
    ...query
  } = Object.fromEntries(search);
  const body = await readParameters(request).catch(() => null);
  const [, id = '', edge = ''] = /^\/(\d+)(?:\/([a-z_]+))?$/.exec(path) ?? [];
  return {
    call: { method, path, version, query, body: body ?? {} },
    id,
    edge,
    accountId: state.accounts.has(id) ? id : (state.numbers.get(id)?.accountId ?? null),
    readable: body !== null,
    search,
  };
}

export async function answerCall(
  request: IncomingMessage,
  received: ReceivedCall,
  baseUrl: string,
  context: StandInContext,
): Promise<StandInAnswer> {
  const { call, id, edge, accountId, readable, search } = received;
  const { state, usage, read, write } = context;
  try {
    const caller = checkAccess(request, search, context.access());
    const ofApp = await answerAboutApp(received, caller, context);
    if (ofApp !== null) return ofApp;
    if (accountId === null) throw notFound(id || call.path.slice(1), call.method);
    const throttled = usage.count(accountId);
    if (throttled !== null) return throttled;
    if (!readable) throw new StandInError(100, 'Invalid parameter', { details: 'The body cannot be read.' });
    return answerOperation(
      { method: call.method, id, edge, query: search, parameters: { ...call.query, ...call.body } },
      { state, read: { ...read, baseUrl: `${baseUrl}/${call.version}` }, write },
    );
  } catch (error) {
    return error instanceof StandInError ? error.answer : graphError(1, 'An unknown error occurred', { status: 500 });
  }
}

/** @returns null for what is not about the app or its token */
async function answerAboutApp(
  { call, id, edge, search }: ReceivedCall,
  caller: 'app' | 'user',
  { app, access, tokenExpiresAt, write: { random }, fetch }: StandInContext,
): Promise<StandInAnswer | null> {
  const { accessToken, expired } = access();
  if (call.path === '/debug_token') {
    const valid = search.get('input_token') === accessToken;
    return app === null
      ? debugToken(valid, tokenExpiresAt)
      : describeToken(app, { valid: valid && !expired, expiresAt: tokenExpiresAt });
  }
  if (app === null || id !== app.app.id || edge !== 'subscriptions' || caller !== 'app') return null;
  if (call.method === 'GET') return readSubscriptions(app);
  if (call.method !== 'POST') return null;
  const challenge = String(Math.floor(random() * 1e9));
  return writeSubscription(app, { ...call.query, ...call.body }, { version: call.version, challenge, fetch });
}
