/** The webhooks that Meta would send of what happens to a number of the stand-in. */
import { signPayload, toAppSecret } from '../../../webhook/signature.ts';
import type { StandInNumberState } from './state.ts';

/** Where the stand-in's webhooks go, and the secret they are signed with. */
export interface WebhookTarget {
  readonly url: string;
  readonly appSecret: string;
}

/** @param target undefined sends none until `sendTo` names one */
export function createWebhooks(target: WebhookTarget | undefined, now: () => number) {
  const sent: Promise<number>[] = [];
  let current = target;

  return {
    send(number: StandInNumberState, field: string, value: Readonly<Record<string, unknown>>): void {
      if (current === undefined) return;
      const sending = sendWebhook(current, { entryId: number.accountId, field, value, nowMs: now() });
      sending.catch(() => {});
      sent.push(sending);
    },
    sendTo(next: WebhookTarget): void {
      current = next;
    },
    /** @returns the status of each answer */
    settled: (): Promise<number[]> => Promise.all(sent),
  };
}

async function sendWebhook(
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
