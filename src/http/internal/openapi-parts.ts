/** What the parts of the OpenAPI document share. */
import { ERRORS, type ErrorCode } from '../../core/errors.ts';

export function errorResponses(codes: readonly ErrorCode[]) {
  const byStatus = Map.groupBy(codes, (code) => ERRORS[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, ofStatus]) => [
      status,
      {
        description: ofStatus.map((code) => `\`${code}\`: ${ERRORS[code].summary}`).join('\n\n'),
        ...(status === 503 ? { headers: { 'Retry-After': { $ref: '#/components/headers/Retry-After' } } } : {}),
        ...(status === 405 ? { headers: { Allow: { $ref: '#/components/headers/Allow' } } } : {}),
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    ]),
  );
}

export const json = (description: string, schema: object) => ({
  description,
  content: { 'application/json': { schema } },
});
