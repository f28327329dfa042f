import { signPayload, toAppSecret } from '../../src/webhook/signature.ts';

/** A small envelope with one name update, different for each number. */
export function nameUpdateBody(number: number, entryId = '102290129340398'): Buffer {
  return Buffer.from(
    JSON.stringify({
      object: 'whatsapp_business_account',
      entry: [
        {
          id: entryId,
          time: 1_739_321_024,
          changes: [
            {
              field: 'phone_number_name_update',
              value: {
                display_phone_number: String(15550000000 + number),
                decision: 'APPROVED',
                rejection_reason: null,
              },
            },
          ],
        },
      ],
    }),
  );
}

/** POSTs a body signed with the secret. */
export function post(url: string, body: Buffer, secret: string): Promise<Response> {
  const signature = signPayload(body, toAppSecret(secret));
  return fetch(url, { method: 'POST', headers: { 'x-hub-signature-256': signature }, body: new Uint8Array(body) });
}
