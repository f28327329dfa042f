import { type Hmac, timingSafeEqual } from 'node:crypto';

const PREFIX = 'sha256=';

/**
 * The least a correct signature check does, written apart from the service's own: the floor is what the machine allows,
 * and must not move when the service changes.
 */
export function isSignedBy(hmac: Hmac, header: string | string[] | undefined): boolean {
  if (typeof header !== 'string' || header.length !== 71 || !header.startsWith(PREFIX)) return false;
  const claimed = Buffer.from(header.slice(PREFIX.length), 'hex');
  return claimed.length === 32 && timingSafeEqual(claimed, hmac.digest());
}
