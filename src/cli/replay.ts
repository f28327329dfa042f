import { createReadStream } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { readCaptureLines } from '../capture/capture-file.ts';
import { type ReplaySummary, replayRequests, type Speed } from '../capture/replay-requests.ts';
import { HubcastError, messageOf } from '../core/errors.ts';
import { parseCount, print } from './output.ts';
import { postSigned, readSecret, receiverUrl } from './receiver.ts';
import { visible } from './visible.ts';

interface ReplayCommandOptions {
  readonly url?: string;
  readonly app?: string;
  readonly secretFile?: string;
  readonly speed: 'original' | 'full';
  readonly rate?: number;
  readonly concurrency: number;
  readonly keepGoing?: boolean;
  readonly json?: boolean;
}

export function replayCommand(): Command {
  return new Command('replay')
    .description('sign the requests of a capture file anew and send them again')
    .argument('<capture.jsonl>', 'a file that capture export wrote, or - for standard input')
    .option('--url <url>', 'the URL to send them to (default: http://127.0.0.1:<PORT>/webhook)')
    .option('--app <name>', 'which app of META_APPS: its path, and its secret')
    .option('--secret-file <file>', 'the App Secret to sign with (default: META_APP_SECRET or META_APP_SECRET_FILE)')
    .option(
      '--speed <speed>',
      'original: with the original pauses; full: as fast as the answers come',
      parseSpeed,
      'full',
    )
    .option('--rate <n>', 'requests a second, instead of --speed', parseRate)
    .option('--concurrency <n>', 'requests in flight at once', parseCount, 8)
    .option('--keep-going', 'continue after a bad line, or after a request without an answer')
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      `
Examples:
  META_APP_SECRET=s hubcast replay capture.jsonl
  hubcast replay capture.jsonl --url https://staging.example.com/webhook --secret-file secret.txt --rate 50
  hubcast capture export --from 2h --redact | META_APP_SECRET=s hubcast replay - --speed original

Requests whose events share a key are sent one after the other, so the order within a key stays as it is in the file.
Each is sent once: an answer other than 200 is counted, not repeated. A line that is truncated or edited is named with its
number and the reason, and ends it unless --keep-going is given.

Exit code 0 when every line was sent and answered with 200, 1 when not, 2 when the command is wrong.`,
    )
    .action(replay);
}

/** A receiver that hangs must not block the file forever. */
const ANSWER_TIMEOUT_MS = 30_000;

async function replay(file: string, options: ReplayCommandOptions): Promise<void> {
  const url = receiverUrl(options.url, options.app);
  const secret = readSecret(options.secretFile, options.app);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  const progress = createProgress();
  const startedMs = performance.now();
  const speed: Speed = options.rate === undefined ? options.speed : { perSecond: options.rate };
  const summary = await replayRequests(readCaptureLines(readBytes(file)), {
    send: ({ body }) => postSigned(url, body, secret, ANSWER_TIMEOUT_MS),
    speed,
    concurrency: options.concurrency,
    keepGoing: options.keepGoing === true,
    onBadLine: (line, problem) => {
      progress.clear();
      process.stderr.write(`Line ${line} ${visible(problem)}.\n`);
    },
    onProgress: progress.show,
    signal: stop.signal,
    now: () => performance.now(),
  });
  progress.clear();
  const seconds = Math.round(performance.now() - startedMs) / 1000;
  const { sent, answers, unanswered, badLines, stopped } = summary;
  if (options.json)
    await print(JSON.stringify({ url, sent, answers, unanswered, bad_lines: badLines, stopped, seconds }));
  else await print(toText(summary, seconds, url));
  if (stopped !== null || badLines > 0 || sent !== (answers['200'] ?? 0)) process.exitCode = 1;
}

function toText(
  { sent, answers, unanswered, badLines, stopped, lastError }: ReplaySummary,
  seconds: number,
  url: string,
): string {
  const lines = [`${sent} ${sent === 1 ? 'request' : 'requests'} sent to ${visible(url)} in ${seconds} s`];
  for (const [status, count] of Object.entries(answers)) lines.push(`  ${status}  ${count}`);
  if (unanswered > 0) lines.push(`  no answer  ${unanswered}: ${visible(lastError ?? '')}`);
  if (badLines > 0) lines.push(`${badLines} ${badLines === 1 ? 'line was' : 'lines were'} no captured request`);
  if (stopped !== null) lines.push(STOPPED[stopped]);
  return lines.join('\n');
}

const STOPPED: Readonly<Record<NonNullable<ReplaySummary['stopped']>, string>> = {
  bad_line: 'Stopped at the bad line; --keep-going skips bad lines.',
  unanswered: 'Stopped because a request got no answer; --keep-going continues all the same.',
  signal: 'Stopped by a signal.',
};

async function* readBytes(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* file === '-' ? process.stdin : createReadStream(file);
  } catch (error) {
    throw new HubcastError(
      'usage',
      `The capture file cannot be read: ${messageOf(error)}. Give a file, or - for standard input.`,
    );
  }
}

const PROGRESS_INTERVAL_MS = 250;

/** One line that is written over, only on a terminal. */
function createProgress(): { show: (summary: ReplaySummary) => void; clear: () => void } {
  const { stderr } = process;
  let shownMs = 0;
  let shown = false;
  return {
    show({ sent, answers, unanswered }) {
      if (!stderr.isTTY || performance.now() - shownMs < PROGRESS_INTERVAL_MS) return;
      shownMs = performance.now();
      shown = true;
      const other = sent - (answers['200'] ?? 0) - unanswered;
      stderr.write(
        `\r\x1b[K${sent} sent, ${answers['200'] ?? 0} stored, ${other} other or in flight, ${unanswered} without answer`,
      );
    },
    clear() {
      if (shown) stderr.write('\r\x1b[K');
      shown = false;
    },
  };
}

function parseSpeed(text: string): 'original' | 'full' {
  if (text === 'original' || text === 'full') return text;
  throw new InvalidArgumentError('Use original or full, or --rate for a fixed rate.');
}

function parseRate(text: string): number {
  const rate = Number(text);
  if (/^\d{1,6}(\.\d{1,3})?$/.test(text) && rate > 0) return rate;
  throw new InvalidArgumentError('Use a number above 0, such as 50 or 0.5.');
}
