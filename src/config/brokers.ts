import * as z from 'zod';
import { list } from './kinds.ts';

const HOST_PORT = /^[A-Za-z0-9._-]+:(\d{1,5})$/;

/** `host:port` between commas. */
export function brokerList() {
  return list().transform((items, context) => {
    for (const [index, item] of items.entries()) {
      const problem = problemOf(item);
      if (problem === null) continue;
      // The entry itself is not shown: a URL may hold a password.
      context.addIssue({ code: 'custom', message: `entry ${index + 1} ${problem}` });
      return z.NEVER;
    }
    return items;
  });
}

function problemOf(broker: string): string | null {
  if (broker.includes('://'))
    return 'is a URL; give host:port alone (KAFKA_TLS=on for TLS, KAFKA_SASL_* for a password)';
  // kafkajs cuts a broker's address at its first colon.
  if (broker.split(':').length > 2) return 'looks like an IPv6 address, which kafkajs cannot take; give a host name';
  const [, port] = HOST_PORT.exec(broker) ?? [];
  if (port === undefined) return 'is not host:port, such as kafka-1:9092';
  return Number(port) >= 1 && Number(port) <= 65_535 ? null : 'has a port that is not between 1 and 65535';
}
