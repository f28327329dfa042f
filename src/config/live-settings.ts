import { unwatchFile, watchFile } from 'node:fs';
import { messageOf } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import { type Environment, type FindProblems, readSettings, settingFiles } from './read-settings.ts';
import type { Settings } from './settings.ts';

/** Settings that follow their files: a rotated secret is used without a restart. */
export interface LiveSettings {
  readonly current: () => Settings;
  readonly close: () => void;
}

const FILE_CHECK_INTERVAL_MS = 2000;

/**
 * A change that makes the settings invalid later is logged and not used.
 *
 * @param log asked when a file changes: the log itself may need the settings
 * @param checkIntervalMs between two looks at each file
 * @throws HubcastError `configuration_invalid`
 */
export function createLiveSettings(
  env: Environment,
  log: () => Logger,
  findMore?: FindProblems,
  checkIntervalMs = FILE_CHECK_INTERVAL_MS,
): LiveSettings {
  let settings = readSettings(env, findMore);
  const files = settingFiles(env);
  const readAgain = () => {
    try {
      settings = readSettings(env, findMore);
      log().info('settings read again: a file changed');
    } catch (error) {
      log().error(
        { diagnosis: messageOf(error) },
        'a changed settings file cannot be used; the values before stay in force',
      );
    }
  };
  // Polling, because files mounted by Kubernetes change by swapping a link, which watchers miss.
  for (const file of files) watchFile(file, { interval: checkIntervalMs, persistent: false }, readAgain);
  return {
    current: () => settings,
    close() {
      for (const file of files) unwatchFile(file, readAgain);
    },
  };
}
