/** What each process of the service begins with: a heap for short lives, settings that follow their files, and a log that outlives a crash. */
import { setFlagsFromString } from 'node:v8';
import { createLiveSettings } from '../config/live-settings.ts';
import type { Environment } from '../config/read-settings.ts';
import { createScrubber } from '../config/secret-texts.ts';
import type { Settings } from '../config/settings.ts';
import { ERRORS } from '../core/errors.ts';
import { createLog, type Logger } from '../core/log.ts';
import { bufferedOutput } from '../core/log-output.ts';
import { findStoreConflicts } from '../stores/select.ts';

export interface OpenProcess {
  readonly settings: () => Settings;
  readonly log: Logger;
  /** Flushes the log and stops watching the settings' files. */
  readonly close: () => void;
  /** Closes, and ends the process. */
  readonly exit: (code: number) => never;
}

export interface ProcessOptions {
  /** Whether other processes write to the same log. */
  readonly sharesLog: (settings: Settings) => boolean;
  /** Number of a worker, which its log lines name. */
  readonly worker?: number;
}

/** @throws HubcastError `configuration_invalid` */
export function openProcess(env: Environment, { sharesLog, worker }: ProcessOptions): OpenProcess {
  turnOffPretenuring();
  // Journal, log, lock and spool hold people's messages: for this user alone, whatever the folder's mode.
  process.umask(0o077);
  const live = createLiveSettings(env, () => log, findStoreConflicts);
  const first = live.current();
  const destination = bufferedOutput(createScrubber(live.current, env), sharesLog(first));
  const base = createLog(first.LOG_LEVEL, destination);
  const log = worker === undefined ? base : base.child({ worker });
  const close = () => {
    live.close();
    destination.flushSync();
  };
  const exit = (code: number): never => {
    close();
    process.exit(code);
  };
  // Before the listener of all commands, which has no log.
  process.prependListener('uncaughtException', (error, origin) => {
    log.fatal({ err: error, origin, fix: ERRORS.internal.fix }, 'hubcast crashed');
    exit(1);
  });
  return { settings: live.current, log, close, exit };
}

/**
 * Keeps V8 from making objects old from the start (`node --v8-options`: allocation site pretenuring). V8 does so once most of a
 * hundred objects of a place outlived a collection of a full-sized young generation (NODE_OPTIONS in the Dockerfile), as those
 * of requests that wait for the store do. From then on each small request holds on to the rest of itself until the next full
 * collection: 4.5 ms for a small collection in place of 1.8, a sixth of all processor time, 70 MB more. Bodies of 1,000 updates
 * gain nothing. To be called before there is load.
 */
export function turnOffPretenuring(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}
