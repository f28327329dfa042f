/**
 * Meta signs each POST: `X-Hub-Signature-256: sha256=` and the hex HMAC-SHA256 of the body's bytes, keyed with the App
 * Secret (Graph API > Webhooks > Getting started). The bytes are hashed as received: C and D of the published vectors
 * parse to the same JSON and have different signatures.
 */
import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { HubcastError } from '../core/errors.ts';

declare const verified: unique symbol;

/** Bytes that Meta signed. Only `verifySignature` makes one, and only one can be parsed. */
export type VerifiedBody = Buffer & { readonly [verified]: true };

/** An App Secret, prepared once for many signatures. */
export type AppSecret = KeyObject;

const PREFIX = 'sha256=';
const HEX_64 = /^[0-9a-f]{64}$/i;

/** @param secret not blank */
export function toAppSecret(secret: string): AppSecret {
  return createSecretKey(secret, 'utf8');
}

/**
 * Reads the header before the body, so a request without a well-formed signature costs only that.
 *
 * @throws HubcastError `signature_missing` or `signature_malformed`
 */
export function readSignature(header: string | undefined): Buffer {
  if (header === undefined || header === '') {
    throw new HubcastError('signature_missing', 'The request has no X-Hub-Signature-256 header.');
  }
  const hex = header.slice(PREFIX.length);
  if (!header.startsWith(PREFIX) || !HEX_64.test(hex)) {
    throw new HubcastError(
      'signature_malformed',
      `X-Hub-Signature-256 is not "sha256=" and 64 hex digits (${header.length} characters came).`,
    );
  }
  return Buffer.from(hex, 'hex');
}

/**
 * @param body the request's bytes as received
 * @param signature as `readSignature` returned it
 * @param secrets several while a secret is rotated, the current one first
 * @param onOlder called when another than the first made the signature
 * @throws HubcastError `signature_mismatch`
 */
export function verifySignature(
  body: Buffer,
  signature: Buffer,
  secrets: readonly AppSecret[],
  onOlder?: () => void,
): VerifiedBody {
  for (const secret of secrets) {
    if (!timingSafeEqual(createHmac('sha256', secret).update(body).digest(), signature)) continue;
    if (secret !== secrets[0]) onOlder?.();
    return body as VerifiedBody;
  }
  throw new HubcastError('signature_mismatch', `X-Hub-Signature-256 does not match the body (${body.length} bytes).`);
}

/** The header's value for a body, as Meta would send it. */
export function signPayload(body: Buffer, secret: AppSecret): string {
  return PREFIX + createHmac('sha256', secret).update(body).digest('hex');
}
