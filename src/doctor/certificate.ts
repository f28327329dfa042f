import { connect } from 'node:tls';
import type { CertificateFacts } from './check-callback.ts';

/** The certificate of a server. An invalid one is read all the same, so that the report can say what is wrong with it. */
export function readCertificate(url: URL, timeoutMs: number): Promise<CertificateFacts> {
  return new Promise((done, fail) => {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const socket = connect({
      host,
      port: Number(url.port || 443),
      // Not for addresses: https://datatracker.ietf.org/doc/html/rfc6066#section-3
      ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
      rejectUnauthorized: false,
    });
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error('no answer in time')));
    socket.once('error', fail);
    socket.once('secureConnect', () => {
      const { valid_to: validTo } = socket.getPeerCertificate();
      const problem = socket.authorized ? null : String(socket.authorizationError);
      socket.destroy();
      done({ problem, validToMs: Date.parse(validTo) });
    });
  });
}
