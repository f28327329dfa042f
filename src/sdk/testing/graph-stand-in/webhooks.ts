import { signPayload, toAppSecret } from '../../../webhook/signature.ts';

/** Where the stand-in's webhooks go, and the secret they are signed with. */
export interface WebhookTarget {
  readonly url: string;
  readonly appSecret: string;
}

/** @returns the status of the answer */
export async function sendWebhook(
  target: WebhookTarget,
  { entryId, field, value, nowMs }: { entryId: string; field: string; value: object; nowMs: number },
): Promise<number> {
  const body = Buffer.from(
    JSON.stringify({
      object: 'whatsapp_business_account',
      entry: [{ id: entryId, time: Math.floor(nowMs / 1000), changes: [{ field, value }] }],
    }),
  );
  const response = await fetch(target.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-hub-signature-256': signPayload(body, toAppSecret(target.appSecret)),
    },
    body: new Uint8Array(body),
  });
  await response.arrayBuffer();
  return response.status;
}
