import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { StandInError } from './graph-replies.ts';

export interface Access {
  readonly accessToken: string;
  /** Undefined: no proof is asked for. */
  readonly appSecret: string | undefined;
  readonly expired: boolean;
  /** Its access token is `<id>|<secret>`. */
  readonly app: { readonly id: string; readonly secret: string } | undefined;
}

/**
 * @returns whose token came
 * @throws StandInError without a valid token, without the proof where it is asked for, or with a proof that is wrong
 */
export function checkAccess(
  request: IncomingMessage,
  query: URLSearchParams,
  { accessToken, appSecret, expired, app }: Access,
): 'app' | 'user' {
  const [, token] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
  if (token === undefined) {
    throw new StandInError(104, 'An access token is required to request this resource.');
  }
  if (app !== undefined && token.includes('|')) {
    if (token !== `${app.id}|${app.secret}`) {
      throw new StandInError(190, 'Invalid OAuth access token signature.', { status: 401 });
    }
    return 'app';
  }
  if (expired || token !== accessToken) {
    throw new StandInError(190, 'Error validating access token: Session has expired', { status: 401, subcode: 463 });
  }
  // A proof that was not asked for is checked all the same.
  const secret = appSecret ?? (query.has('appsecret_proof') ? app?.secret : undefined);
  if (secret === undefined) return 'user';
  const proof = createHmac('sha256', secret).update(token).digest('hex');
  if (query.get('appsecret_proof') !== proof) {
    const type = 'GraphMethodException';
    throw new StandInError(100, 'Invalid appsecret_proof provided in the API argument', { type });
  }
  return 'user';
}

/** Of a body in JSON or as a form; Graph takes both. */
export async function readParameters(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  if (text === '') return {};
  if (request.headers['content-type']?.startsWith('application/json')) return JSON.parse(text);
  return Object.fromEntries(new URLSearchParams(text));
}
