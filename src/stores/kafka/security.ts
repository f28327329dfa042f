/**
 * TLS and SASL settings for kafkajs. They may be functions, called for each new connection, so that a
 * certificate or password that was replaced on disk is used without a restart.
 */
import { HubcastError, messageOf } from '../../core/errors.ts';
import { createSingleFlight } from '../../core/single-flight.ts';

/** PEM texts. Without `ca` the system's authorities decide. */
export interface KafkaTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

export interface TokenEndpoint {
  /** Kafka's `sasl.oauthbearer.token.endpoint.url`; called with the client credentials grant (RFC 6749, 4.4). */
  readonly tokenEndpointUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope?: string;
}

export type KafkaSasl =
  | {
      readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
      readonly username: string;
      readonly password: string;
    }
  | { readonly mechanism: 'OAUTHBEARER'; readonly token: () => Promise<string> };

export interface TokenSources {
  readonly fetch: typeof globalThis.fetch;
  readonly now: () => number;
  readonly timeoutMs: number;
}

/** A token is renewed after this part of its life, so that no connection starts with a token that is about to expire. */
const USED_LIFE = 0.8;
const UNKNOWN_LIFE_SECONDS = 300;

/** A token provider for OAUTHBEARER: sends one request at a time and reuses the token for most of its life. */
export function createTokenProvider(endpoint: TokenEndpoint, sources: TokenSources): () => Promise<string> {
  let known: { readonly token: string; readonly useUntilMs: number } | undefined;
  const asking = createSingleFlight<string>();
  return () => {
    if (known !== undefined && sources.now() < known.useUntilMs) return Promise.resolve(known.token);
    return asking.run(async () => {
      const { token, lifeSeconds } = await askForToken(endpoint, sources);
      known = { token, useUntilMs: sources.now() + lifeSeconds * 1000 * USED_LIFE };
      return token;
    });
  };
}

async function askForToken(
  endpoint: TokenEndpoint,
  { fetch, timeoutMs }: TokenSources,
): Promise<{ token: string; lifeSeconds: number }> {
  const basic = Buffer.from(`${encodeURIComponent(endpoint.clientId)}:${encodeURIComponent(endpoint.clientSecret)}`);
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (endpoint.scope !== undefined) form.set('scope', endpoint.scope);
  let answer: unknown;
  let status = 0;
  try {
    const response = await fetch(endpoint.tokenEndpointUrl, {
      method: 'POST',
      headers: {
        authorization: `Basic ${basic.toString('base64')}`,
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: form.toString(),
      signal: AbortSignal.timeout(timeoutMs),
    });
    status = response.status;
    answer = await response.json();
  } catch (error) {
    throw new HubcastError(
      'store_unavailable',
      `The token endpoint ${endpoint.tokenEndpointUrl} gave no token (status ${status || 'none'}): ${messageOf(error)}`,
      { cause: error },
    );
  }
  const { access_token, expires_in } = (answer ?? {}) as { access_token?: unknown; expires_in?: unknown };
  if (status !== 200 || typeof access_token !== 'string' || access_token === '') {
    throw new HubcastError(
      'store_unavailable',
      `The token endpoint ${endpoint.tokenEndpointUrl} answered ${status} without an access_token. Check client id, secret and scope.`,
    );
  }
  const lifeSeconds = Number(expires_in);
  return { token: access_token, lifeSeconds: lifeSeconds > 0 ? lifeSeconds : UNKNOWN_LIFE_SECONDS };
}

/** kafkajs' `sasl` setting. A new object for each call, because kafkajs writes into it. */
export function toKafkajsSasl(sasl: KafkaSasl) {
  switch (sasl.mechanism) {
    case 'PLAIN':
      return { mechanism: 'plain' as const, username: sasl.username, password: sasl.password };
    case 'SCRAM-SHA-256':
      return { mechanism: 'scram-sha-256' as const, username: sasl.username, password: sasl.password };
    case 'SCRAM-SHA-512':
      return { mechanism: 'scram-sha-512' as const, username: sasl.username, password: sasl.password };
    case 'OAUTHBEARER':
      return { mechanism: 'oauthbearer' as const, oauthBearerProvider: async () => ({ value: await sasl.token() }) };
  }
}
