/** Errors of an operation that changes a phone number. */
import type { ErrorKind } from './error-kind.ts';

export const MANAGEMENT_ERRORS = {
  invalid_body: {
    status: 400,
    retry: false,
    summary: 'The body does not fit this operation. details name the member and the values it accepts.',
    fix: 'Send a JSON object with the members that /openapi.json names for this path, or see the command with --help.',
  },
  management_off: {
    status: 403,
    retry: false,
    summary: 'Managing phone numbers is switched off here.',
    fix: 'Set MANAGEMENT=on where numbers may be registered, deregistered and changed.',
  },
  operation_refused: {
    status: 422,
    retry: false,
    summary: 'Meta refuses this operation. details say why, what to do, and how long to wait.',
    fix: 'Meta counts tries of PINs, codes and registrations: read "hubcast describe refusals" before trying again.',
  },
  operation_unknown: {
    status: 502,
    retry: false,
    summary: 'Meta did not answer, so the outcome of the operation is unknown.',
    fix: 'Look at the number before trying again ("hubcast numbers registration <id>"): hubcast never repeats writes by itself, because Meta counts them.',
  },
} as const satisfies Record<string, ErrorKind>;
