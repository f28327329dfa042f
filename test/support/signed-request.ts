import { signPayload, toAppSecret } from '../../src/webhook/signature.ts';
import { APP_SECRET } from './start-service.ts';

/** The header Meta would send with these bytes. */
export function signatureOf(body: Buffer | string, secret: string = APP_SECRET): string {
  return signPayload(Buffer.from(body), toAppSecret(secret));
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export async function ask(url: string, init?: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** @param headers beside the signature, or in its place */
export function postSigned(url: string, body: Buffer | string, headers: Record<string, string> = {}): Promise<Answer> {
  const bytes = new Uint8Array(Buffer.from(body));
  return ask(url, { method: 'POST', body: bytes, headers: { 'x-hub-signature-256': signatureOf(body), ...headers } });
}

export function postUnsigned(
  url: string,
  body: Buffer | string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return ask(url, { method: 'POST', body: new Uint8Array(Buffer.from(body)), headers });
}

let lastNumber = 0;

/** A name update unlike all others of this process: a body, and what is stored of it. */
export function nameUpdate(members: Record<string, unknown> = {}) {
  lastNumber += 1;
  const digits = String(15_550_000_000 + lastNumber);
  const value = {
    display_phone_number: digits,
    decision: 'APPROVED',
    requested_verified_name: 'Lucky Shrub',
    ...members,
  };
  const change = { field: 'phone_number_name_update', value };
  const entry = { id: '102290129340398', time: 1_739_321_024, changes: [change] };
  return { digits, value, body: JSON.stringify({ object: 'whatsapp_business_account', entry: [entry] }) };
}
