/** Errors of a query: parameters, ids and values, and what does not exist. */
import type { ErrorKind } from './error-kind.ts';

export const QUERY_ERRORS = {
  invalid_phone_number: {
    status: 400,
    retry: false,
    summary:
      'This is not a phone number. Give 5 to 15 digits with the country code, written in any usual way: +1 (631) 555-1234, 16315551234.',
    fix: 'Look up numbers by /phone-numbers/by-number/<number>, and ids by /phone-numbers/<id>.',
  },
  invalid_phone_number_id: {
    status: 400,
    retry: false,
    summary: 'This is not a phone number id. An id is 1 to 20 digits, as Meta shows it in WhatsApp > API Setup.',
    fix: 'To look up a number as people write it, use /phone-numbers/by-number/<number>.',
  },
  invalid_query: {
    status: 400,
    retry: false,
    summary: 'A query parameter is unknown, given twice, or has a value this path does not take.',
    fix: '/openapi.json lists the parameters of each path, and their values.',
  },
  phone_number_not_found: {
    status: 404,
    retry: false,
    summary:
      'No phone number of your own accounts matches, or the access token may not see it. (Whether a person uses WhatsApp cannot be looked up: there is no such API.)',
    fix: 'Check WABA_IDS, and that the system user of META_ACCESS_TOKEN has the account as an asset. Meta gives the same answer for a missing number and for one that the token may not see.',
  },
  account_not_found: {
    status: 404,
    retry: false,
    summary:
      'This WhatsApp Business Account is not one of WABA_IDS, does not exist, or the access token may not see it.',
    fix: 'Check WABA_IDS (ids of accounts, not of phone numbers or portfolios), and that the system user of META_ACCESS_TOKEN has the account as an asset.',
  },
  invalid_value: {
    status: 400,
    retry: false,
    summary: 'The body is not JSON.',
    fix: 'Send only the repaired value, as JSON: the corrected data.value of the dead letter.',
  },
  event_not_found: {
    status: 404,
    retry: false,
    summary: 'No event with this id is among the latest 200,000 records. GET /events lists them.',
    fix: 'Give `at`, the partition and offset of the record: it is then found at once, however old. Events expire with the retention of their topic.',
  },
  dead_letter_not_found: {
    status: 404,
    retry: false,
    summary: 'No dead letter with this id is stored. GET /dead-letters lists them.',
    fix: 'Dead letters expire with the retention of their topic (14 days in topics that hubcast creates, JOURNAL_RETENTION_HOURS in the journal). "hubcast dead-letters list" shows the stored ones.',
  },
  schema_not_found: {
    status: 404,
    retry: false,
    summary: 'There is no event type of this name and version. GET /schemas lists all of them.',
    fix: 'The dataschema urn:hubcast:<type>:<version> is at /schemas/<type>/<version>. A newer hubcast may know it.',
  },
} as const satisfies Record<string, ErrorKind>;
