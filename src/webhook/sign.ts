/** Requests as Meta makes them. */
import { signPayload as signBytes, toAppSecret } from './signature.ts';

/** A webhook's body: text or bytes as they are, anything else as JSON. */
export type Payload = string | Uint8Array | object;

export interface SignedRequest {
  readonly method: 'POST';
  readonly headers: { readonly 'content-type': 'application/json'; readonly 'x-hub-signature-256': string };
  readonly body: Uint8Array<ArrayBuffer>;
}

export function bytesOf(payload: Payload): Uint8Array<ArrayBuffer> {
  if (ArrayBuffer.isView(payload)) return new Uint8Array(payload as Uint8Array);
  return new TextEncoder().encode(typeof payload === 'string' ? payload : JSON.stringify(payload));
}

/** The value of `X-Hub-Signature-256` for a body. Bytes are signed as they are: a changed space is another signature. */
export function signPayload(payload: Payload, secret: string): string {
  return signBytes(Buffer.from(bytesOf(payload)), toAppSecret(secret));
}

/** What `fetch` takes beside the URL. */
export function signedRequest(payload: Payload, secret: string): SignedRequest {
  const body = bytesOf(payload);
  const signature = signPayload(body, secret);
  return { method: 'POST', headers: { 'content-type': 'application/json', 'x-hub-signature-256': signature }, body };
}
