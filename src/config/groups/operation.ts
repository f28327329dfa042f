/** Settings of the process itself, and of commands that talk to a running service. */
import { httpUrl, list, oneOf, setting, settingGroup, text, wholeNumber, wholeNumberOr } from '../kinds.ts';

export const ROLES = ['receive', 'numbers'] as const;
type Role = (typeof ROLES)[number];
const roleList = list()
  .refine((names) => names.every((name) => (ROLES as readonly string[]).includes(name)), `takes ${ROLES.join(', ')}`)
  .transform((names) => names as Role[]);

export const operationSettings = settingGroup('Operation', {
  ROLES: setting(
    roleList.default([...ROLES]),
    'receive: receive webhooks. numbers: watch phone numbers and answer look-ups; needs META_ACCESS_TOKEN',
  ),
  WORKERS: setting(
    wholeNumberOr('auto', 1, 256).default(1),
    'With Kafka: number of processes that receive webhooks behind one port; auto means one for each core. The limits of requests, events and connections apply to each process',
  ),
  LOG_LEVEL: setting(
    oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    'fatal, error, warn, info, debug, trace or silent',
  ),
  SHUTDOWN_DELAY_MS: setting(
    wholeNumber(0, 600_000).default(0),
    'After SIGTERM: time for load balancers to notice before hubcast refuses connections',
  ),
  SHUTDOWN_TIMEOUT_MS: setting(
    wholeNumber(0, 600_000).default(30_000),
    'After SIGTERM: time for requests in flight to finish before the process ends',
  ),
});

export const commandLineSettings = settingGroup('Command line', {
  HUBCAST_URL: setting(
    httpUrl().optional(),
    'Internal listener of a running service that carries out the operations of hubcast numbers. Without it the command asks Meta itself',
  ),
  HUBCAST_TOKEN: setting(
    text()
      .refine((value) => !/\s/.test(value), 'contains white space')
      .optional(),
    'Token of API_TOKENS for HUBCAST_URL, with the scope manage',
    { secret: true },
  ),
});
