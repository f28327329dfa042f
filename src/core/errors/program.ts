/** Errors of the program itself: its configuration, its commands and its own faults. */
import type { ErrorKind } from './error-kind.ts';

export const PROGRAM_ERRORS = {
  configuration_invalid: {
    status: 500,
    retry: false,
    summary: 'The configuration is not valid.',
    fix: 'Correct the settings named above. "hubcast describe settings" lists all of them.',
  },
  service_unreachable: {
    status: 502,
    retry: true,
    summary: 'The service cannot be reached.',
    fix: 'Is "hubcast serve" running there? It logs its address with "ready". Name another address with --url.',
  },
  usage: {
    status: 400,
    retry: false,
    summary: 'The command was not understood.',
    fix: 'See "hubcast <command> --help".',
  },
  internal: {
    status: 500,
    retry: true,
    summary: 'Something went wrong here.',
    fix: 'This is a fault in hubcast. The log has the stack; please report it.',
  },
} as const satisfies Record<string, ErrorKind>;
