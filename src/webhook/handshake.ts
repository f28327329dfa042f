import { createHash, timingSafeEqual } from 'node:crypto';
import { HubcastError } from '../core/errors.ts';

/**
 * Answers Meta's verification request (Graph API > Webhooks > Getting started): the value of `hub.challenge`, to be
 * sent back unchanged as the body of a 200.
 *
 * @param query parsed query string; a repeated parameter is an array there and is refused
 * @param verifyToken the configured token, not blank
 * @throws HubcastError `verification_refused`, with the diagnosis
 */
export function answerHandshake(query: Readonly<Record<string, unknown>>, verifyToken: string): string {
  const mode = query['hub.mode'];
  const token = query['hub.verify_token'];
  const challenge = query['hub.challenge'];
  if (mode === undefined && token === undefined && challenge === undefined) {
    throw new HubcastError(
      'verification_refused',
      'Verification request refused: the query is missing; hub.mode, hub.verify_token and hub.challenge were expected.',
      { fix: QUERY_FIX },
    );
  }
  if (mode !== 'subscribe') throw refused('hub.mode is not "subscribe"');
  if (typeof token !== 'string') throw refused('hub.verify_token is missing or given twice');
  if (typeof challenge !== 'string' || challenge === '')
    throw refused('hub.challenge is missing, empty or given twice');
  if (!equalInConstantTime(verifyToken, token)) {
    throw refused('hub.verify_token is not the value of META_VERIFY_TOKEN');
  }
  return challenge;
}

const QUERY_FIX =
  'The verify token is not the cause. If Meta sent the request, a proxy or tunnel dropped its query: let it pass the query on unchanged. Opened in a browser, the callback URL has no query.';

/** Compares digests, so that neither content nor length shows in the time taken. */
export function equalInConstantTime(expected: string, given: string): boolean {
  return timingSafeEqual(digest(expected), digest(given)) && expected !== '';
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function refused(reason: string): HubcastError {
  return new HubcastError('verification_refused', `Verification request refused: ${reason}.`);
}
