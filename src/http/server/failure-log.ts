/**
 * The log lines of refusals. An attack or an outage makes thousands a second, all alike: of each code the first ones of a second are
 * told in full, the others are counted and told in one line.
 */
import type { ErrorCode, HubcastError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';

export type LogFailure = (error: HubcastError, members: object, message: string) => void;

const WINDOW_MS = 1000;
const LINES_PER_WINDOW = 10;
/** Refused for load, not for want of a store: the store's own lines say what is wrong. */
const WARNED_ONLY: ReadonlySet<ErrorCode> = new Set(['overloaded', 'shutting_down']);

export function createFailureLog(log: Logger): LogFailure {
  const windows = new Map<ErrorCode, { lines: number; untold: number }>();

  function openWindow(code: ErrorCode, message: string) {
    const window = { lines: 0, untold: 0 };
    windows.set(code, window);
    setTimeout(() => {
      windows.delete(code);
      if (window.untold > 0) log.warn({ outcome: code, more: window.untold, seconds: WINDOW_MS / 1000 }, message);
    }, WINDOW_MS).unref();
    return window;
  }

  return (error, members, message) => {
    const { code } = error;
    const window = windows.get(code) ?? openWindow(code, message);
    if (window.lines >= LINES_PER_WINDOW) {
      window.untold += 1;
      return;
    }
    window.lines += 1;
    const { status, fix } = error.kind;
    const entry = { ...members, status, diagnosis: error.message, fix };
    if (status >= 500 && !WARNED_ONLY.has(code))
      log.error(code === 'internal' ? { ...entry, err: error.cause } : entry, message);
    else log.warn(entry, message);
  };
}
