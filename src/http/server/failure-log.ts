/**
 * The log lines of refusals. An attack or an outage makes thousands a second, all alike: of each code the first ones of a second are
 * told in full, the others are counted and told in one line.
 */
import type { ErrorCode, HubcastError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import { createLogThrottle } from '../../core/log-throttle.ts';

export type LogFailure = (error: HubcastError, members: object, message: string) => void;

const INTERVAL_MS = 1000;
const LINES_PER_INTERVAL = 10;
/** Refused for load, not for want of a store: the store's own lines say what is wrong. */
const WARNED_ONLY: ReadonlySet<ErrorCode> = new Set(['overloaded', 'shutting_down']);

export function createFailureLog(log: Logger): LogFailure {
  const throttles = new Map<string, (code: ErrorCode) => boolean>();

  function throttleOf(message: string): (code: ErrorCode) => boolean {
    let throttle = throttles.get(message);
    if (throttle === undefined) {
      throttle = createLogThrottle({
        intervalMs: INTERVAL_MS,
        lines: LINES_PER_INTERVAL,
        onHeldBack: (code, more) => log.warn({ outcome: code, more, seconds: INTERVAL_MS / 1000 }, message),
      });
      throttles.set(message, throttle);
    }
    return throttle;
  }

  return (error, members, message) => {
    const { code } = error;
    if (!throttleOf(message)(code)) return;
    const { status, fix } = error.kind;
    const entry = { ...members, status, diagnosis: error.message, fix };
    if (status >= 500 && !WARNED_ONLY.has(code))
      log.error(code === 'internal' ? { ...entry, err: error.cause } : entry, message);
    else log.warn(entry, message);
  };
}
