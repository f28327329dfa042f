/**
 * When the access token expires, as Meta says. Meta sends no webhook when it does.
 * https://developers.facebook.com/docs/graph-api/reference/debug_token
 */
import * as z from 'zod';
import type { GraphClient } from './client.ts';

export interface TokenExpiryOptions {
  readonly client: Pick<GraphClient, 'get'>;
  /** Of the app that this account belongs to. */
  readonly accountId: string | null;
  readonly accessToken: () => string;
  /** Wall clock, ms. */
  readonly now: () => number;
}

const KNOWN_MS = 60 * 60_000;

const reply = z.looseObject({ data: z.looseObject({ expires_at: z.int().nonnegative() }) });

/**
 * @returns a function that returns the cached expiry in ms since 1970 and refreshes it in the background, hourly and for
 *   each new token; null if the expiry is unknown, not readable with this token, or never
 */
export function createTokenExpiry({ client, accountId, accessToken, now }: TokenExpiryOptions): () => number | null {
  let of = { token: '', askedMs: Number.NEGATIVE_INFINITY };
  let expiresMs: number | null = null;

  async function read(token: string): Promise<void> {
    const { body } = await client.get({ path: ['debug_token'], query: { input_token: token }, accountId });
    const answer = reply.safeParse(body);
    if (token !== of.token) return;
    // 0 means never: https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived
    expiresMs = answer.success && answer.data.data.expires_at > 0 ? answer.data.data.expires_at * 1000 : null;
  }

  return () => {
    const token = accessToken();
    if (token !== of.token || now() - of.askedMs >= KNOWN_MS) {
      if (token !== of.token) expiresMs = null;
      of = { token, askedMs: now() };
      read(token).catch(() => undefined);
    }
    return expiresMs;
  };
}
