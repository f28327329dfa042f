import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { StandInError } from './answers.ts';

export interface Access {
  readonly accessToken: string;
  /** Undefined: no proof is asked for. */
  readonly appSecret: string | undefined;
  readonly expired: boolean;
}

/** @throws StandInError without a valid token, or without the proof where it is asked for */
export function checkAccess(
  request: IncomingMessage,
  query: URLSearchParams,
  { accessToken, appSecret, expired }: Access,
): void {
  const [, token] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
  if (token === undefined) {
    throw new StandInError(104, 'An access token is required to request this resource.');
  }
  if (expired || token !== accessToken) {
    throw new StandInError(190, 'Error validating access token: Session has expired', { status: 401, subcode: 463 });
  }
  if (appSecret === undefined) return;
  const proof = createHmac('sha256', appSecret).update(token).digest('hex');
  if (query.get('appsecret_proof') !== proof) {
    const type = 'GraphMethodException';
    throw new StandInError(100, 'Invalid appsecret_proof provided in the API argument', { type });
  }
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
