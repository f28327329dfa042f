/**
 * The client of Meta's Graph API: token and proof, time-outs, retries of reads, and the budget of calls. The token is sent in a
 * header, the proof in the query, and neither is ever part of a message: errors name method and path.
 */
import { createHmac } from 'node:crypto';
import { createBackoff } from '../core/backoff.ts';
import { type ErrorCode, HubcastError, messageOf } from '../core/errors.ts';
import { type Budget, createBudget, regainMsOf, type UsageHeaders } from './budget.ts';
import { GraphError, type GraphFailure, isGraphError, isThrottle, toGraphError } from './graph-error.ts';
import { createSecretMask, type SecretMask } from './mask-secrets.ts';
import { readAnswer } from './read-answer.ts';

export interface GraphClientOptions {
  /** Without a version and without a slash at the end: `https://graph.facebook.com`. */
  readonly baseUrl: string;
  /** `v26.0` */
  readonly version: string;
  /** Read for each call, because the token can be replaced and each Meta app has its own accounts. */
  readonly accessToken: (accountId: string | null) => string;
  /** Key of `appsecret_proof`; null sends none. */
  readonly appSecret: (accountId: string | null) => string | null;
  readonly timeoutMs: number;
  readonly fetch: typeof globalThis.fetch;
  /** Wall clock, ms. */
  readonly now: () => number;
  /** From 0 up to 1, for jitter. */
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Called with the reason when Meta refuses the token, and with null when a call with it succeeds. */
  readonly onToken: (problem: string | null, accountId: string | null) => void;
  /** Called after each call; null: the call succeeded. */
  readonly onCall?: (method: 'GET' | 'POST', failure: ErrorCode | null) => void;
}

export interface GraphReply {
  readonly body: Readonly<Record<string, unknown>>;
  /** Accounts whose usage is in the reply. */
  readonly accountIds: readonly string[];
}

export interface GraphCall {
  /** Parts of the path after the version; ids are digits. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  /** The account whose budget the call uses; null if unknown. */
  readonly accountId: string | null;
  /** A further page of an admitted read. */
  readonly continuing?: boolean;
  /** Texts of the body that no message may repeat: PINs, codes, verify tokens. */
  readonly secrets?: readonly string[];
}

export interface GraphClient {
  /** Retries if that can help. @throws GraphError, HubcastError `graph_throttled` */
  readonly get: (call: GraphCall) => Promise<GraphReply>;
  /** Sends once and never retries, because Meta counts attempts. */
  readonly post: (call: GraphCall, body: Readonly<Record<string, unknown>>) => Promise<GraphReply>;
  readonly budget: Budget;
}

const READ_ATTEMPTS = 3;
const BACKOFF = { firstMs: 200, factor: 4 };
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
/** Of a message: it goes into logs and answers. */
const LONGEST_TEXT = 1_000;

export function createGraphClient(options: GraphClientOptions): GraphClient {
  const { baseUrl, version, accessToken, appSecret, timeoutMs, now, random, sleep, onToken } = options;
  const budget = createBudget(now);

  async function send(method: 'GET' | 'POST', call: GraphCall, body?: object): Promise<GraphReply> {
    try {
      const reply = await sendOnce(method, call, body);
      options.onCall?.(method, null);
      return reply;
    } catch (error) {
      options.onCall?.(method, error instanceof HubcastError ? error.code : 'internal');
      throw error;
    }
  }

  async function sendOnce(method: 'GET' | 'POST', call: GraphCall, body?: object): Promise<GraphReply> {
    const name = `${method} /${call.path.join('/')}`;
    const token = accessToken(call.accountId);
    const secret = appSecret(call.accountId);
    const proof = secret === null ? null : createHmac('sha256', secret).update(token).digest('hex');
    const query = new URLSearchParams({ ...call.query, ...(proof === null ? {} : { appsecret_proof: proof }) });
    const url = `${baseUrl}/${version}/${call.path.map(encodeURIComponent).join('/')}${query.size > 0 ? `?${query}` : ''}`;
    const { response, text } = await exchange(url, { method, token, body }, options).catch((error: unknown) => {
      const message = `${name}: ${whyUnreachable(error, timeoutMs)}`;
      throw new GraphError('graph_unavailable', message, { failure: null, transient: true });
    });
    const usage = usageHeadersOf(response.headers);
    const accountIds = budget.note(usage);
    const answer = readAnswer(response.status, text);
    const mask = createSecretMask([token, proof ?? '', ...(call.secrets ?? [])]);
    if (answer.ok) {
      onToken(null, call.accountId);
      // Replies to reads are data; replies to changes are shown to people, so secrets are masked.
      const body = method === 'GET' ? answer.body : (mask.value(answer.body) as GraphReply['body']);
      return { body, accountIds };
    }
    const { failure } = answer;
    const regainMs = regainMsOf(usage);
    const error = toGraphError(name, masked(failure, mask), regainMs);
    if (isThrottle(failure.code)) {
      const ofAccount = failure.code !== null && ACCOUNT_THROTTLES.has(failure.code);
      budget.stop(ofAccount ? call.accountId : null, error.retryAfterMs ?? 0);
    }
    if (error.code === 'graph_token_invalid') onToken(error.message, call.accountId);
    throw error;
  }

  return {
    budget,
    async get(call) {
      const backoff = createBackoff(BACKOFF);
      for (let attempt = 1; ; attempt += 1) {
        budget.spend(call.accountId, attempt > 1 || call.continuing === true);
        try {
          return await send('GET', call);
        } catch (error) {
          if (attempt === READ_ATTEMPTS || !isGraphError(error) || !error.transient) throw error;
          if (budget.isSlow(call.accountId)) throw error;
          await sleep(random() * backoff.next() + 1);
        }
      }
    },
    post: (call, body) => send('POST', call, body),
  };
}

interface Sent {
  readonly method: 'GET' | 'POST';
  readonly token: string;
  readonly body: object | undefined;
}

async function exchange(
  url: string,
  { method, token, body }: Sent,
  { fetch, timeoutMs }: GraphClientOptions,
): Promise<{ readonly response: Response; readonly text: string }> {
  const response = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    // A redirect would carry the token to another host.
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
  return { response, text: await readText(response) };
}

/** Codes that limit one account; the other codes limit the app. */
const ACCOUNT_THROTTLES: ReadonlySet<number> = new Set([80007, 80008]);

function usageHeadersOf(headers: Headers): UsageHeaders {
  return {
    app: headers.get('x-app-usage'),
    business: headers.get('x-business-use-case-usage'),
    retryAfter: headers.get('retry-after'),
  };
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES)
      throw new HubcastError('graph_unavailable', `more than ${MAX_ANSWER_BYTES} bytes came`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** By code, because messages of failed requests may contain the URL with the proof. */
function whyUnreachable(error: unknown, timeoutMs: number): string {
  if (error instanceof HubcastError) return error.message;
  if (typeof error !== 'object' || error === null) return 'no answer';
  if ('name' in error && error.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`;
  const cause = 'cause' in error && typeof error.cause === 'object' && error.cause !== null ? error.cause : error;
  return 'code' in cause ? `no connection (${String(cause.code)})` : `no answer (${messageOf(cause).slice(0, 80)})`;
}

function masked(failure: GraphFailure, { text }: SecretMask): GraphFailure {
  const clean = (given: string | null) => (given === null ? null : text(given).slice(0, LONGEST_TEXT));
  return {
    ...failure,
    message: clean(failure.message),
    userTitle: clean(failure.userTitle),
    userMessage: clean(failure.userMessage),
    details: clean(failure.details),
    fbtraceId: clean(failure.fbtraceId),
  };
}
