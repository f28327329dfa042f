/** Certificates for tests: an authority, and what it signs, made by openssl as an operator would. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface Authority extends Certificate {
  /** @param options extensions as lines of openssl's x509v3 configuration; -1 days is one that has expired */
  readonly sign: (
    subject: string,
    options?: { readonly extensions?: readonly string[]; readonly days?: number },
  ) => Certificate;
}

export const SERVER = ['subjectAltName=IP:127.0.0.1,DNS:localhost', 'extendedKeyUsage=serverAuth'];
export const CLIENT = ['extendedKeyUsage=clientAuth'];

export function makeAuthority(name: string): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'hubcast-ca-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const at = (file: string) => join(folder, file);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-days',
    '2',
    '-subj',
    `/CN=${name}`,
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.pem'),
  );
  const read = (file: string) => readFileSync(at(file), 'utf8');
  let count = 0;
  return {
    cert: read('ca.pem'),
    key: read('ca.key'),
    sign(subject, { extensions = CLIENT, days = 2 } = {}) {
      count += 1;
      const [key, request, cert, config] = ['key', 'csr', 'pem', 'cnf'].map((end) => `${count}.${end}`) as [
        string,
        string,
        string,
        string,
      ];
      writeFileSync(at(config), `${extensions.join('\n')}\n`);
      openssl('req', ...newKey, '-subj', subject, '-keyout', at(key), '-out', at(request));
      openssl(
        'x509',
        '-req',
        '-in',
        at(request),
        '-CA',
        at('ca.pem'),
        '-CAkey',
        at('ca.key'),
        '-CAcreateserial',
        '-days',
        String(days),
        '-extfile',
        at(config),
        '-out',
        at(cert),
      );
      return { cert: read(cert), key: read(key) };
    },
  };
}
