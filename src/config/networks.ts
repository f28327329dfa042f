import { isIP } from 'node:net';
import { z } from 'zod';
import { list } from './kinds.ts';

const BITS: Readonly<Record<number, number>> = { 4: 32, 6: 128 };

/** Addresses and networks between commas: 10.0.0.0/8, 2001:db8::/32, 192.0.2.7. */
export function networkList() {
  return list().transform((items, context) => {
    for (const [index, item] of items.entries()) {
      const [address = '', prefix, ...rest] = item.split('/');
      const bits = BITS[isIP(address)];
      const fits = prefix === undefined || (/^\d{1,3}$/.test(prefix) && bits !== undefined && Number(prefix) <= bits);
      if (bits !== undefined && fits && rest.length === 0) {
        // 0.0.0.0/0 would take anybody's word.
        if (prefix === undefined || Number(prefix) > 0) continue;
      }
      const message = `entry ${index + 1} is no address or network, such as 10.0.0.0/8; a network of everybody is none`;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    }
    return items;
  });
}
