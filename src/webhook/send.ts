import { type Payload, signedRequest } from './sign.ts';

export interface SendOptions {
  /** The App Secret. */
  readonly secret: string;
  readonly timeoutMs?: number;
  readonly fetch?: typeof fetch;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/**
 * Signs a webhook as Meta does and POSTs it once. A redirect is an answer, not followed.
 *
 * @throws the error of `fetch`: connection refused, or time-out
 */
export async function sendTo(url: string | URL, payload: Payload, options: SendOptions): Promise<Answer> {
  const { secret, timeoutMs, fetch: ask = fetch } = options;
  const signal = timeoutMs === undefined ? {} : { signal: AbortSignal.timeout(timeoutMs) };
  const response = await ask(url, { ...signedRequest(payload, secret), ...signal, redirect: 'manual' });
  return { status: response.status, body: await response.text() };
}

/**
 * Meta's verification request, sent when a callback URL is set.
 *
 * @returns the answer, right when it is 200 with the challenge as its body
 */
export async function sendHandshake(
  url: string | URL,
  { verifyToken, challenge, fetch: ask = fetch }: HandshakeOptions,
): Promise<Answer> {
  const asked = new URL(url);
  asked.searchParams.set('hub.mode', 'subscribe');
  asked.searchParams.set('hub.verify_token', verifyToken);
  asked.searchParams.set('hub.challenge', challenge);
  const response = await ask(asked, { redirect: 'manual' });
  return { status: response.status, body: await response.text() };
}

export interface HandshakeOptions {
  readonly verifyToken: string;
  readonly challenge: string;
  readonly fetch?: typeof fetch;
}
