import { randomBytes } from 'node:crypto';
import { FAMILY_NAMES } from '../../src/fields/families.ts';
import { createReceive } from '../../src/receive.ts';
import type { OutgoingRecord } from '../../src/records/record.ts';
import { readSignature, signPayload, toAppSecret } from '../../src/webhook/signature.ts';

export const RECEIVED_MS = Date.UTC(2026, 10, 22, 10, 0, 0, 123);
export const DELIVERY_ID = '5f0c9d2e-7a31-4b8e-9c64-2d1e3f405162';

const secret = toAppSecret(randomBytes(16).toString('hex'));

/** The records of one body, on the way every webhook takes, with a fixed clock and delivery id. */
export async function receiveInto(body: Buffer): Promise<OutgoingRecord[]> {
  const stored: OutgoingRecord[] = [];
  const receive = createReceive({
    append: async (records) => {
      stored.push(...records);
    },
    appSecrets: [secret],
    app: 'main',
    naming: { prefix: 'whatsapp', names: {} },
    families: FAMILY_NAMES,
  });
  const signature = readSignature(signPayload(body, secret));
  await receive({ body, signature, traceparent: undefined, receivedMs: RECEIVED_MS, deliveryId: DELIVERY_ID });
  return stored;
}
