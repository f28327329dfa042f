import { z } from 'zod';
import { list } from './kinds.ts';

export const SCOPES = ['numbers:read', 'events:read', 'events:replay', 'manage'] as const;
export type Scope = (typeof SCOPES)[number];

/** Who may use the internal listener, and for what. */
export interface ApiToken {
  readonly name: string;
  readonly token: string;
  readonly scopes: readonly Scope[];
}

const FORM = /^([A-Za-z0-9_.-]{1,64})=([A-Za-z0-9_.~+/-]{16,256}=*);([a-z:+]+)$/;

/** `<name>=<token>;<scope>+<scope>` between commas. */
export const API_TOKENS_FORM = 'name=token;scope+scope, ...';

export function apiTokens() {
  return list().transform((items, context): readonly ApiToken[] => {
    const tokens: ApiToken[] = [];
    for (const [index, item] of items.entries()) {
      const [, name, token, scopeText] = FORM.exec(item) ?? [];
      const scopes = scopeText?.split('+') ?? [];
      const unknown = scopes.find((scope) => !SCOPES.includes(scope as Scope));
      if (name === undefined || token === undefined || unknown !== undefined) {
        const why =
          unknown === undefined
            ? `is not of the form ${API_TOKENS_FORM} (a token has 16 characters or more)`
            : `names the scope "${unknown}"`;
        context.addIssue({ code: 'custom', message: `entry ${index + 1} ${why}; scopes are ${SCOPES.join(', ')}` });
        return z.NEVER;
      }
      tokens.push({ name, token, scopes: scopes as Scope[] });
    }
    return tokens;
  });
}
