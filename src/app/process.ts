/** What each process of the service begins with: a heap for short lives, settings that follow their files, and a log that outlives a crash. */
import { createLiveSettings } from '../config/live-settings.ts';
import { type Environment, readSettings } from '../config/read-settings.ts';
import { createScrubber } from '../config/secret-texts.ts';
import type { Settings } from '../config/settings.ts';
import { ERRORS } from '../core/errors.ts';
import { createLog, type Logger } from '../core/log.ts';
import { bufferedOutput } from '../core/log-output.ts';
import { findStoreConflicts } from '../stores/select.ts';
import { turnOffPretenuring } from './heap-policy.ts';

export interface OpenProcess {
  readonly settings: () => Settings;
  readonly log: Logger;
  /** Once all that was logged is written. */
  readonly exit: (code: number) => never;
}

/**
 * @param shared whether other processes write to the same log
 * @throws HubcastError `configuration_invalid`
 */
export function openProcess(env: Environment, shared: (settings: Settings) => boolean, worker?: number): OpenProcess {
  turnOffPretenuring();
  // Journal, log, lock and spool hold people's messages: for this user alone, whatever the folder's mode.
  process.umask(0o077);
  const first = readSettings(env, findStoreConflicts);
  let current = () => first;
  const destination = bufferedOutput(
    createScrubber(() => current(), env),
    shared(first),
  );
  const base = createLog(first.LOG_LEVEL, destination);
  const log = worker === undefined ? base : base.child({ worker });
  const live = createLiveSettings(env, log);
  current = live.current;
  const exit = (code: number): never => {
    live.close();
    destination.flushSync();
    process.exit(code);
  };
  // Before the one of all commands, which knows no log.
  process.prependListener('uncaughtException', (error, origin) => {
    log.fatal({ err: error, origin, fix: ERRORS.internal.fix }, 'hubcast crashed');
    exit(1);
  });
  return { settings: live.current, log, exit };
}
