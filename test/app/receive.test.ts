/** What comes after the events are durable cannot spoil the answer. */
import { randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { FAMILY_NAMES } from '../../src/fields/families.ts';
import { createReceive } from '../../src/receive.ts';
import { readSignature, signPayload, toAppSecret } from '../../src/webhook/signature.ts';
import { DELIVERY_ID, RECEIVED_MS } from '../support/receive-into.ts';
import { nameUpdate } from '../support/signed-request.ts';

const secret = toAppSecret(randomBytes(16).toString('hex'));
const body = Buffer.from(nameUpdate().body);

function receiveWith(append: () => Promise<void>) {
  const failures: unknown[] = [];
  const told: string[] = [];
  const receive = createReceive({
    append,
    appSecrets: () => [secret],
    app: 'main',
    naming: { prefix: 'whatsapp', names: {} },
    families: FAMILY_NAMES,
    onStored(events) {
      told.push(...events.map(({ type }) => type));
      throw new Error('a listener fails');
    },
    onStoredFailed: (error) => void failures.push(error),
  });
  const signature = readSignature(signPayload(body, secret));
  const request = { body, signature, traceparent: undefined, receivedMs: RECEIVED_MS, deliveryId: DELIVERY_ID };
  return { failures, told, received: receive(request) };
}

it('gives its receipt though who is told of stored events fails', async () => {
  const { failures, told, received } = receiveWith(async () => undefined);
  expect(await received).toMatchObject({ events: 1, deadLetters: 0 });
  expect(told).toEqual(['whatsapp.phone_number_name_update']);
  expect(failures).toMatchObject([{ message: 'a listener fails' }]);
});

it('tells nobody of what was not stored', async () => {
  const { failures, told, received } = receiveWith(() => Promise.reject(new Error('the store is away')));
  await expect(received).rejects.toThrow('the store is away');
  expect([failures, told]).toEqual([[], []]);
});
