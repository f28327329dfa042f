import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger };

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

/**
 * The service's log: one JSON line per entry with `level`, `time` (ISO 8601) and `msg`. Callers never hand in a body, a
 * token or a secret; `bufferedOutput` is the last line of defence, not the first.
 */
export function createLog(level: LogLevel, destination: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: createIsoTime(Date.now),
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
}

/** As pino's `isoTime`, for half the time: what the lines of a second share is made once. */
export function createIsoTime(now: () => number): () => string {
  let secondMs = Number.NaN;
  let start = '';
  return () => {
    const nowMs = now();
    const ms = nowMs % 1000;
    if (nowMs - ms !== secondMs) {
      secondMs = nowMs - ms;
      start = `,"time":"${new Date(secondMs).toISOString().slice(0, -'000Z'.length)}`;
    }
    return `${start}${ms < 10 ? '00' : ms < 100 ? '0' : ''}${ms}Z"`;
  };
}
