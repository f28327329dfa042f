import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger };

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

/**
 * The service's log: one JSON line per entry with `level`, `time` (ISO 8601) and `msg`. Callers never hand in a body, a
 * token or a secret; `bufferedStdout` is the last line of defence, not the first.
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

/** What JSON leaves as it is and a terminal obeys or hides: DEL, C1, line separators, changes of direction. */
const INVISIBLE = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** For JSON text: the same text, written otherwise. pino has escaped what is below a space. */
export function escapeInvisible(json: string): string {
  // Nearly always plain ASCII, which this tells a hundred times faster than the search does.
  if (Buffer.byteLength(json) === json.length && !json.includes('\u007f')) return json;
  return json.replace(INVISIBLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const FLUSH_INTERVAL_MS = 20;
/** POSIX: so much goes into a pipe in one piece, whoever else writes to it. */
const PIPE_BUF = 4096;
/** A reader of the log that stalls must not fill the memory: what exceeds this is dropped. */
const MAX_WAITING_CHARACTERS = 16 * 1024 * 1024;

/**
 * For a pipe that several processes write to: pieces of whole lines that no other line comes into. A line that is longer
 * than what a pipe takes in one piece may be torn.
 */
export function toPieces(lines: string): readonly string[] {
  const pieces: string[] = [];
  let piece = '';
  let pieceBytes = 0;
  for (const line of lines.split(/(?<=\n)/)) {
    const bytes = Buffer.byteLength(line);
    if (pieceBytes > 0 && pieceBytes + bytes > PIPE_BUF) {
      pieces.push(piece);
      piece = '';
      pieceBytes = 0;
    }
    piece += line;
    pieceBytes += bytes;
  }
  if (piece !== '') pieces.push(piece);
  return pieces;
}

/**
 * Lines are gathered and written by a timer of their own: a write per request would cost more than the line.
 *
 * @param scrub takes secrets out; what is done once for many lines costs none of them anything
 * @param shared other processes write to the same pipe
 */
export function bufferedStdout(
  scrub: (text: string) => string = (text) => text,
  shared = false,
): DestinationStream & { flushSync(): void } {
  // Pieces must not be put together again.
  const whole = shared ? { maxWrite: 1 } : {};
  const stdout = pino.destination({ dest: 1, sync: false, maxLength: MAX_WAITING_CHARACTERS, ...whole });
  let lines = '';
  const flush = () => {
    if (lines === '') return;
    const text = lines;
    lines = '';
    const clean = escapeInvisible(scrub(text));
    if (shared) for (const piece of toPieces(clean)) stdout.write(piece);
    else stdout.write(clean);
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
