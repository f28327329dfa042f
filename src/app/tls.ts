/** From settings to TLS on the public listener: its certificate, followed when it changes, and who may connect. */
import { createSecureContext } from 'node:tls';
import type { Settings } from '../config/settings.ts';
import { HubcastError, messageOf } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import { type CheckClient, createClientCertificateCheck } from '../http/server/client-certificate.ts';
import type { ListenerTls, TlsMaterial } from '../http/server/tls-server.ts';

/** Null where a proxy ends TLS. @throws HubcastError `configuration_invalid` when certificate and key do not fit */
export function openTls(settings: () => Settings, log: Logger): ListenerTls | null {
  const first = materialOf(settings());
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
    // Certificate and key are two files: for a moment one may be newer than the other.
    changed() {
      const now = materialOf(settings());
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

/** Undefined where no client certificate is asked for. */
export function clientCheckOf(settings: Settings): CheckClient | undefined {
  if (settings.TLS_CLIENT_CERTIFICATES === 'off') return undefined;
  return createClientCertificateCheck({
    name: settings.TLS_CLIENT_NAME,
    header: settings.TLS_CLIENT_HEADER,
    proxies: settings.TRUSTED_PROXIES ?? [],
  });
}

function materialOf({ TLS_CERT: cert, TLS_KEY: key, TLS_CLIENT_CA: ca }: Settings): TlsMaterial | null {
  if (cert === undefined || key === undefined) return null;
  return { cert, key, ...(ca === undefined ? {} : { ca }) };
}

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
