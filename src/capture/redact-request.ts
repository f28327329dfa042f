import type { CapturedRequest } from './captured-request.ts';
import { createRedactor } from './redact-body.ts';

/** Values that identify no person; other headers are left out. */
const HARMLESS: Readonly<Record<string, RegExp>> = {
  'content-type': /^application\/json(?:; ?charset=utf-8)?$/i,
  'user-agent': /^facebookexternalua$/,
};

export interface RedactRequests {
  readonly redact: (request: CapturedRequest) => CapturedRequest;
  /** Bodies so far that could not be looked through and were replaced as a whole. */
  readonly replacedWhole: () => number;
}

/** @param key the same key gives the same pseudonyms; whoever has it can find out what they stand for */
export function createRequestRedactor(key: Uint8Array): RedactRequests {
  const redactBody = createRedactor(key);
  let replaced = 0;
  return {
    redact(request) {
      const { body, readable } = redactBody(Buffer.from(request.body));
      if (!readable) replaced += 1;
      const headers = Object.entries(request.headers).filter(([name, value]) => HARMLESS[name]?.test(value));
      return { ...request, headers: Object.fromEntries(headers), body: new Uint8Array(body) };
    },
    replacedWhole: () => replaced,
  };
}
