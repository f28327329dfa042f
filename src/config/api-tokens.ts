/** Who may use the internal listener, and for what. The service keeps and compares digests; the setting may hold digests alone. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { list } from './kinds.ts';

export const SCOPES = ['numbers:read', 'events:read', 'events:replay', 'manage'] as const;
export type Scope = (typeof SCOPES)[number];

export interface ApiToken {
  readonly name: string;
  /** SHA-256 of the token. Tokens are long and random, so a slow hash would protect nothing more. */
  readonly digest: Buffer;
  readonly scopes: readonly Scope[];
  /** Only what belongs to this Meta app; null for all of them. */
  readonly app: string | null;
}

export const TOKEN_NAME = /^[A-Za-z0-9_.-]{1,64}$/;
const FORM =
  /^([A-Za-z0-9_.-]{1,64})=(?:sha256:([0-9a-f]{64})|([A-Za-z0-9_.~+/-]{16,256}=*));([a-z:+]+)(?:;app=([a-z0-9_-]{1,64}))?$/;

export const API_TOKENS_FORM =
  'name=token;scope+scope[;app=name], ... (sha256:<hex> in place of a token: hubcast token)';

export function apiTokens() {
  return list().transform((items, context): readonly ApiToken[] => {
    const tokens: ApiToken[] = [];
    for (const [index, item] of items.entries()) {
      const [, name, hex, token, scopeText, app = null] = FORM.exec(item) ?? [];
      const scopes = scopeText?.split('+') ?? [];
      const unknown = scopes.find((scope) => !SCOPES.includes(scope as Scope));
      const twice = tokens.some((other) => other.name === name);
      if (name === undefined || unknown !== undefined || twice) {
        const reason = twice
          ? 'has the name of another; each needs its own, as the log tells them apart by it'
          : unknown === undefined
            ? `is not of the form ${API_TOKENS_FORM} (a token has 16 characters or more)`
            : `names the scope "${unknown}"`;
        context.addIssue({ code: 'custom', message: `entry ${index + 1} ${reason}; scopes are ${SCOPES.join(', ')}` });
        return z.NEVER;
      }
      const digest = hex === undefined ? tokenDigest(token ?? '') : Buffer.from(hex, 'hex');
      tokens.push({ name, digest, scopes: scopes as Scope[], app });
    }
    return tokens;
  });
}

export function tokenDigest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
