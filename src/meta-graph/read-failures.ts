/** Logs failed reads of the Graph API, each failure at a limited rate, with a hint for the operator. */
import { ERRORS, type ErrorCode, HubcastError } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import { createLogThrottle } from '../core/log-throttle.ts';

const INTERVAL_MS = 60_000;

/** @returns a function that settles as the read does. `expected` lists errors that are valid outcomes of the read */
export function createReadFailureLog(
  log: Logger,
): <Result>(read: Promise<Result>, expected: readonly ErrorCode[]) => Promise<Result> {
  const mayLog = createLogThrottle({ intervalMs: INTERVAL_MS });
  return async (read, expected) => {
    try {
      return await read;
    } catch (error) {
      if (error instanceof HubcastError && !expected.includes(error.code) && mayLog(error.message)) {
        const code = error.code === 'not_found' ? 'account_not_found' : error.code;
        log.warn({ outcome: code, diagnosis: error.message, fix: ERRORS[code].fix }, 'Graph read failed');
      }
      throw error;
    }
  };
}
