import { BlockList, isIP } from 'node:net';
import * as z from 'zod';
import { list } from './kinds.ts';

/** Addresses and networks between commas: 10.0.0.0/8, 2001:db8::/32, 192.0.2.7. */
export function networkList() {
  return list().transform((items, context) => {
    for (const [index, item] of items.entries()) {
      const problem = problemOf(item);
      if (problem === null) continue;
      context.addIssue({ code: 'custom', message: `entry ${index + 1} ${problem}` });
      return z.NEVER;
    }
    return items;
  });
}

const BITS: Readonly<Record<number, number>> = { 4: 32, 6: 128 };

function problemOf(network: string): string | null {
  const [address = '', prefix, ...rest] = network.split('/');
  const bits = BITS[isIP(address)];
  const fits = prefix === undefined || (/^\d{1,3}$/.test(prefix) && bits !== undefined && Number(prefix) <= bits);
  if (bits === undefined || !fits || rest.length > 0) return 'is no address or network, such as 10.0.0.0/8';
  return prefix !== undefined && holdsStrangers(address, Number(prefix))
    ? 'is a network of strangers, each of whom would be believed; give the addresses of your proxies (IPv4 from /8, IPv6 from /16, fc00::/7)'
    : null;
}

/** Broader than a network can be that is one's own. Networks of IPv6 may hold those of IPv4, as ::ffff:0:0/96 does. */
function holdsStrangers(address: string, prefix: number): boolean {
  const network = new BlockList();
  network.addSubnet(address, prefix, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  const firstParts = Array.from({ length: 256 }, (_, part) => part);
  if (firstParts.filter((part) => network.check(`${part}.1.1.1`, 'ipv4')).length > 1) return true;
  return isIP(address) === 6 && prefix < 16 && !/^f[cd]/i.test(address);
}
