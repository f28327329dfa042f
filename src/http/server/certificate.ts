/** The certificate of a listener, followed when its files change. */
import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { HubcastError, messageOf } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import { memoizeLast } from '../../core/memoize-last.ts';
import type { ListenerTls, TlsMaterial } from './tls-server.ts';

/**
 * @param material asked again for what is in the files now; null where a proxy ends TLS
 * @throws HubcastError `configuration_invalid` when certificate and key do not fit
 */
export function followCertificate(material: () => TlsMaterial | null, log: Logger): ListenerTls | null {
  const first = material();
  if (first === null) return null;
  const problem = findProblem(first);
  if (problem !== undefined) {
    throw new HubcastError(
      'configuration_invalid',
      `TLS_CERT, TLS_KEY${first.ca === undefined ? '' : ' or TLS_CLIENT_CA'} cannot be used: ${problem}. Each is PEM; the certificate comes first, then those between it and the authority.`,
    );
  }
  let used = first;
  let refused: TlsMaterial | undefined;
  return {
    first,
    // Certificate and key are two files: for a moment one of them may be newer.
    changed() {
      const now = material();
      if (now === null || isSame(now, used) || (refused !== undefined && isSame(now, refused))) return null;
      const wrong = findProblem(now);
      if (wrong !== undefined) {
        refused = now;
        log.error({ diagnosis: wrong }, 'the changed certificate cannot be used; the one before stays in use');
        return null;
      }
      refused = undefined;
      used = now;
      log.info('the certificate of the public listener was replaced');
      return now;
    },
  };
}

/** @returns when the first certificate of a PEM text expires, on the wall clock */
export const certificateExpiresMs = memoizeLast((pem: string) => new X509Certificate(pem).validToDate.getTime());

function findProblem(material: TlsMaterial): string | undefined {
  try {
    createSecureContext(material);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function isSame(one: TlsMaterial, other: TlsMaterial): boolean {
  return one.cert === other.cert && one.key === other.key && one.ca === other.ca;
}
