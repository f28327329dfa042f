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
    'receive takes webhooks; numbers answers look-ups, and needs META_ACCESS_TOKEN for it',
  ),
  WORKERS: setting(
    wholeNumberOr('auto', 1, 256).default(1),
    'Processes that take webhooks behind the one port, where events go to Kafka: auto is one for each core. Limits of requests, events and connections are those of each',
  ),
  LOG_LEVEL: setting(
    oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    'fatal, error, warn, info, debug, trace or silent',
  ),
  SHUTDOWN_DELAY_MS: setting(
    wholeNumber(0, 600_000).default(0),
    'After SIGTERM: time for balancers to notice before connections are refused',
  ),
  SHUTDOWN_TIMEOUT_MS: setting(
    wholeNumber(0, 600_000).default(30_000),
    'After SIGTERM: time for requests under way before the process ends',
  ),
});

export const commandLineSettings = settingGroup('Command line', {
  HUBCAST_URL: setting(
    httpUrl().optional(),
    'Internal listener of a running service, through which hubcast numbers manages; else Meta is asked from here',
  ),
  HUBCAST_TOKEN: setting(
    text()
      .refine((value) => !/\s/.test(value), 'contains white space')
      .optional(),
    'Token of API_TOKENS for HUBCAST_URL, with the scope manage',
    { secret: true },
  ),
});
