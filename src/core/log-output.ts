/**
 * Where the log goes. Lines are gathered and written by a timer of their own, since a write per request would cost more than
 * the line. Each write is synchronous on a descriptor that does not block: a reader that stalls stops no webhook, and no write
 * is ever under way, so that what was logged before a crash is written before the crash's own line.
 */
import { writeSync } from 'node:fs';
import { escapeInvisible } from './invisible.ts';

const FLUSH_INTERVAL_MS = 20;
/** A full pipe is tried again after this. */
const RETRY_MS = 2;
/** At the end of the process: how long a reader that stalls is waited for. */
const FLUSH_TIMEOUT_MS = 2_000;
/** POSIX: a pipe accepts this many bytes in one piece, even with several writers. */
const PIPE_BUF = 4096;
/** A reader that stalls must not fill the memory: what exceeds this is dropped. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

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

export interface Output {
  write(line: string): void;
  /** Writes all that waits, and gives up after two seconds when the reader stalls. */
  flushSync(): void;
}

/**
 * @param scrub takes secrets out; what is done once for many lines costs none of them anything
 * @param shared other processes write to the same pipe
 */
export function bufferedOutput(scrub: (text: string) => string = (text) => text, shared = false): Output {
  // The first use of it makes pipes and terminals non-blocking; descriptor 1 itself would block.
  const { fd = 1 } = process.stdout as { readonly fd?: number };
  const waiting: Buffer[] = [];
  let waitingBytes = 0;
  let lines = '';
  let retry: NodeJS.Timeout | undefined;

  const takeLines = () => {
    if (lines === '') return;
    const clean = escapeInvisible(scrub(lines));
    lines = '';
    for (const piece of shared ? toPieces(clean) : [clean]) {
      const length = Buffer.byteLength(piece);
      if (waitingBytes + length > MAX_WAITING_BYTES) continue;
      // Memory of its own: a part of Node's pool would keep the pool's 64 kB for a line that waits.
      const bytes = Buffer.allocUnsafeSlow(length);
      bytes.write(piece);
      waiting.push(bytes);
      waitingBytes += bytes.length;
    }
  };

  /** @returns whether all is written, or can never be */
  const writeWaiting = (): boolean => {
    for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
      const written = tryWrite(fd, first);
      if (written === null) return false;
      waitingBytes -= written;
      if (written === first.length) waiting.shift();
      else waiting[0] = first.subarray(written);
    }
    return true;
  };

  const flush = () => {
    retry = undefined;
    takeLines();
    if (!writeWaiting()) retry = setTimeout(flush, RETRY_MS).unref();
  };
  setInterval(() => retry ?? flush(), FLUSH_INTERVAL_MS).unref();

  return {
    write(line) {
      lines += line;
    },
    flushSync() {
      takeLines();
      const untilMs = performance.now() + FLUSH_TIMEOUT_MS;
      while (!writeWaiting() && performance.now() < untilMs) Atomics.wait(NEVER, 0, 0, RETRY_MS);
    },
  };
}

/** To sleep on: its value never changes. */
const NEVER = new Int32Array(new SharedArrayBuffer(4));

/** @returns bytes written; null when the pipe is full. A reader that is gone, or a full disk, takes no log: it counts as written. */
function tryWrite(fd: number, bytes: Buffer): number | null {
  try {
    return writeSync(fd, bytes);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EAGAIN' ? null : bytes.length;
  }
}
