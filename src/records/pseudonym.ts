import { createHmac, createSecretKey } from 'node:crypto';

/** Replaces the name of a person by another one, the same each time. */
export type Pseudonymize = (name: string) => string;

/**
 * The first half of an HMAC-SHA256, in hex: without the secret, trying out phone numbers until one fits leads nowhere.
 *
 * @returns undefined without a secret: names stay as they are
 */
export function createPseudonymizer(secret: string | undefined): Pseudonymize | undefined {
  if (secret === undefined) return undefined;
  const key = createSecretKey(secret, 'utf8');
  return (name) => createHmac('sha256', key).update(name).digest('hex').slice(0, 32);
}
