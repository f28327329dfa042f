/** What follows once the events are durable cannot spoil the answer. */
import { expect, it } from '@jest/globals';
import { createEndpoints } from '../../src/app/endpoints.ts';
import { readSettings } from '../../src/config/read-settings.ts';
import { createLog } from '../../src/core/log.ts';
import { readSignature } from '../../src/webhook/signature.ts';
import { DELIVERY_ID, RECEIVED_MS } from '../support/receive-into.ts';
import { nameUpdate, signatureOf } from '../support/signed-request.ts';
import { APP_SECRET, VERIFY_TOKEN } from '../support/start-service.ts';

const body = Buffer.from(nameUpdate().body);

function receiveWith(append: () => Promise<void>) {
  const lines: string[] = [];
  const types: string[] = [];
  const settings = readSettings({ META_APP_SECRET: APP_SECRET, META_VERIFY_TOKEN: VERIFY_TOKEN });
  const endpoint = createEndpoints(() => settings, {
    append,
    onStored: [
      (events) => {
        types.push(...events.map(({ type }) => type));
        throw new Error('a listener fails');
      },
    ],
    log: createLog('error', { write: (line: string) => void lines.push(line) }),
  })(null);
  const signature = readSignature(signatureOf(body.toString()));
  const request = { body, signature, traceparent: undefined, receivedMs: RECEIVED_MS, deliveryId: DELIVERY_ID };
  return { lines, types, received: endpoint?.receive(request) };
}

it('gives its receipt although a listener for stored events fails', async () => {
  const { lines, types, received } = receiveWith(async () => undefined);
  expect(await received).toMatchObject({ events: 1, deadLetters: 0 });
  expect(types).toEqual(['whatsapp.phone_number_name_update']);
  expect(lines).toEqual([expect.stringContaining('a listener fails')]);
});

it('calls no listener when nothing was stored', async () => {
  const { lines, types, received } = receiveWith(() => Promise.reject(new Error('the store is away')));
  await expect(received).rejects.toThrow('the store is away');
  expect([lines, types]).toEqual([[], []]);
});
