import { expect } from '@jest/globals';
import { ERRORS, type ErrorCode } from '../../src/core/errors.ts';
import type { Answer } from './signed-request.ts';

export function expectRefusal(answer: { readonly status: number; readonly text: string }, code: ErrorCode): void {
  expect({ status: answer.status, body: JSON.parse(answer.text) }).toEqual({
    status: ERRORS[code].status,
    body: { error: { code, message: ERRORS[code].summary } },
  });
}

export function expectPlainHeaders({ headers }: Answer): void {
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  for (const name of ['x-powered-by', 'etag', 'server', 'access-control-allow-origin', 'set-cookie']) {
    expect(headers.get(name)).toBeNull();
  }
}
