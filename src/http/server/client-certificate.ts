/**
 * Meta's webhooks can carry a client certificate (mutual TLS): signed by Meta's own authority, with one name. It proves
 * the sender before a byte of a body is read; the signature stays what proves the content.
 */
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import { countHeader } from './headers.ts';

export interface ClientCertificateRule {
  /** The expected name: one of the certificate's DNS names, or its common name. */
  readonly name: string;
  /** Header in which a proxy that ended TLS passes on the subject of a certificate it has verified. */
  readonly header: string | undefined;
  /** Addresses and networks whose word is taken for that. */
  readonly proxies: readonly string[];
}

/** @returns what is wrong, for the log; undefined when the sender is who it must be */
export type CheckClient = (request: IncomingMessage) => string | undefined;

export function createClientCertificateCheck({ name, header, proxies }: ClientCertificateRule): CheckClient {
  const trusted = toBlockList(proxies);
  const headerName = header?.toLowerCase();
  // The certificate is that of the connection: it is looked at once.
  const admitted = new WeakSet<object>();

  return ({ socket, headers, rawHeaders }) => {
    if (headerName !== undefined && isAmong(trusted, socket.remoteAddress)) {
      const count = countHeader(rawHeaders, headerName);
      // One of them would be the sender's own, which the proxy did not remove.
      if (count > 1) return `The ${header} came ${count} times.`;
      return findHeaderProblem(headers[headerName], name, header as string);
    }
    if (admitted.has(socket)) return undefined;
    const problem = findCertificateProblem(socket as TLSSocket, name);
    if (problem === undefined) admitted.add(socket);
    return problem;
  };
}

function findCertificateProblem(socket: TLSSocket, name: string): string | undefined {
  if (!socket.encrypted) return 'The request came without TLS, and not from an address of TRUSTED_PROXIES.';
  const certificate = socket.getPeerCertificate() as Partial<PeerCertificate> | null;
  if (certificate?.raw === undefined) return 'The sender showed no client certificate.';
  if (!socket.authorized)
    return `The client certificate is not accepted by TLS_CLIENT_CA (${socket.authorizationError}).`;
  return isNamed(certificate, name) ? undefined : `The client certificate is not that of ${name}.`;
}

function isNamed({ subject, subjectaltname }: Partial<PeerCertificate>, name: string): boolean {
  // Several common names come as an array, and are none of Meta's.
  return subject?.CN === name || dnsNames(subjectaltname ?? '').includes(name);
}

/** Node quotes names that hold a comma or a quote, so that none can pass for two: such are not what is looked for. */
function dnsNames(text: string): string[] {
  return text.split(', ').flatMap((one) => (one.startsWith('DNS:') ? [one.slice('DNS:'.length)] : []));
}

function findHeaderProblem(value: string | string[] | undefined, name: string, header: string): string | undefined {
  if (value === undefined || value === '') return `The proxy passed on no ${header}: it saw no client certificate.`;
  if (typeof value !== 'string' || !namesOf(value).every((one) => one === name) || namesOf(value).length !== 1) {
    return `The ${header} of the proxy does not name ${name}, and nothing else.`;
  }
  return undefined;
}

/** The common names of a distinguished name (RFC 4514), or the text itself where it is none. */
function namesOf(subject: string): string[] {
  if (!subject.includes('=')) return [subject];
  // An escaped or quoted part could hide a comma; no name of Meta's needs one.
  if (/["\\]/.test(subject)) return [];
  return subject.split(/[,+]/).flatMap((part) => {
    const [type = '', ...rest] = part.split('=');
    return type.trim().toUpperCase() === 'CN' ? [rest.join('=').trim()] : [];
  });
}

/** @param networks addresses, or networks such as 10.0.0.0/8, checked before */
export function toBlockList(networks: readonly string[]): BlockList {
  const found = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) found.addAddress(address, family);
    else found.addSubnet(address, Number(prefix), family);
  }
  return found;
}

export function isAmong(networks: BlockList, address: string | undefined): boolean {
  if (address === undefined) return false;
  // A listener on :: sees IPv4 senders so.
  const plain = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  return networks.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
}
