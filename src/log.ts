import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger };

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

/**
 * The service's log: one JSON line per entry with `level`, `time` (ISO 8601) and `msg`. Callers never hand in a body, a
 * token or a secret; there is nothing here that could take them out again.
 */
export function createLog(level: LogLevel, destination: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
}

/** Lines are gathered and written together: a write per request would cost more than the line. */
export function bufferedStdout(): DestinationStream & { flushSync(): void } {
  return pino.destination({ dest: 1, sync: false, minLength: 4096, periodicFlush: 100 });
}
