/** `capture export`: captured requests as a file to keep, to share and to replay. */
import { randomBytes } from 'node:crypto';
import { createWriteStream, readFileSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { Command } from 'commander';
import { toCaptureLine } from '../capture/capture-file.ts';
import { createChoice } from '../capture/choose.ts';
import { readCaptures } from '../capture/read-captures.ts';
import { createRequestRedactor } from '../capture/redact-request.ts';
import { readStoreSettings } from '../config/read-settings.ts';
import { HubcastError, messageOf } from '../core/errors.ts';
import { escapeInvisible } from '../core/invisible.ts';
import { createLog } from '../core/log.ts';
import type { Family } from '../fields/families.ts';
import { topicsOfFamily } from '../records/planned-topics.ts';
import { openReader } from '../stores/select.ts';
import { parseTime } from './times.ts';
import { visible } from './visible.ts';

interface ExportOptions {
  readonly from?: number;
  readonly to?: number;
  readonly app?: readonly string[];
  readonly field?: readonly string[];
  readonly account?: readonly string[];
  readonly eventId?: readonly string[];
  readonly output?: string;
  readonly redact?: boolean;
  readonly redactKeyFile?: string;
}

export function captureCommand(): Command {
  const capture = new Command('capture').description('requests that were kept unchanged (CAPTURE=on)');
  capture
    .command('export')
    .exitOverride()
    .description('write captured requests as a capture file: one line of JSON each, see schemas/capture/1.json')
    .option(
      '--from <time>',
      'received since: start, a time (2026-11-22T10:00:00Z) or an age (15m, 2h, 3d) (default: start)',
      (text) => (text === 'start' ? 0 : parseTime(text)),
    )
    .option('--to <time>', 'received before', parseTime)
    .option('--app <name...>', 'only requests to these Meta apps of META_APPS')
    .option('--field <field...>', "only requests with an update of these fields of Meta's")
    .option('--account <id...>', 'only requests with an update of these accounts, or entry ids')
    .option('--event-id <id...>', 'only requests that became one of these events')
    .option('--output <file>', 'the new file to write (default: standard output)')
    .option(
      '--redact',
      'replace personal data by pseudonyms: numbers, names, texts, ids, media and what no schema describes',
    )
    .option(
      '--redact-key-file <file>',
      'file with the key: the same key gives the same pseudonyms in another file (default: a new key)',
    )
    .addHelpText(
      'after',
      `
Examples:
  hubcast capture export --from 2h > capture.jsonl
  hubcast capture export --field messages --redact --output messages.jsonl
  KAFKA_BROKERS=localhost:9092 hubcast capture export --event-id 5f0c9d2e7a314b8e9c642d1e3f405162

Filters choose whole requests. Ids of accounts, phone numbers (phone_number_id), templates and other things of the business
stay with --redact: they name no person. Keep the key file as secret as the original.`,
    )
    .action(exportCaptures);
  return capture;
}

async function exportCaptures(options: ExportOptions): Promise<void> {
  if (options.redactKeyFile !== undefined && !options.redact) {
    throw new HubcastError('usage', '--redact-key-file needs --redact, which is missing.');
  }
  const settings = readStoreSettings(process.env);
  const topics = (family: Family) => new Set(topicsOfFamily(settings, family));
  const rawTopics = topics('raw');
  const redactor = options.redact ? createRequestRedactor(readKey(options.redactKeyFile)) : null;
  const { from: sinceMs, to: untilMs, app: apps, field: fields, account: accounts, eventId: eventIds } = options;
  const isMeant = createChoice({ sinceMs, untilMs, apps, fields, accounts, eventIds });
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());

  const reader = openReader({ settings: () => settings, log: createLog('warn', process.stderr) });
  const output = options.output === undefined ? process.stdout : await openNew(options.output);
  const onTerminal = output === process.stdout && process.stdout.isTTY;
  let read = 0;
  let written = 0;
  let failure: Error | null = null;
  try {
    const records = reader.read({
      topics: [...rawTopics, ...topics('dead-letter')],
      from: sinceMs === undefined ? 'start' : { timestampMs: sinceMs },
      follow: false,
      signal: stop.signal,
    });
    const captures = readCaptures(records, rawTopics);
    for await (const request of captures.requests) {
      read += 1;
      if (!isMeant(request)) continue;
      const line = toCaptureLine(redactor === null ? request : redactor.redact(request), redactor !== null);
      failure = await write(output, onTerminal ? escapeInvisible(line) : line);
      if (failure !== null) break;
      written += 1;
    }
    const { joined, incomplete, foreign } = captures.counts();
    const notes = [
      `${written} of ${read} captured requests written.`,
      ...(read === 0 ? ['Does the service run with CAPTURE=on, and is this its store?'] : []),
      ...(joined > 0 ? [`${joined} were larger than their topic accepts; they are out of order.`] : []),
      ...(incomplete > 0 ? [`${incomplete} larger ones are left out: some of their parts are missing.`] : []),
      ...(foreign > 0 ? [`${foreign} records there are not captured requests.`] : []),
      ...(redactor !== null && redactor.replacedWhole() > 0
        ? [`${redactor.replacedWhole()} bodies could not be read as JSON and were replaced as a whole.`]
        : []),
      ...(failure === null ? [] : [`It ended early: the file cannot be written (${failure.message}).`]),
      ...(stop.signal.aborted ? ['A signal stopped it before the end.'] : []),
    ];
    process.stderr.write(`${notes.map(visible).join('\n')}\n`);
    if (stop.signal.aborted || failure !== null) process.exitCode = 1;
  } finally {
    reader.close();
    if (output !== process.stdout) {
      output.end();
      // Why it failed is said already.
      await finished(output).catch(() => undefined);
    }
  }
}

/**
 * Resolves when the line is handed on, so that a slow disk or reader slows the reading down.
 *
 * @returns what went wrong, or null
 */
function write(output: Writable, line: string): Promise<Error | null> {
  return new Promise((resolve) => output.write(line, (error) => resolve(error ?? null)));
}

/** Readable for its owner alone, and never over another file. */
async function openNew(file: string): Promise<Writable> {
  const output = createWriteStream(file, { flags: 'wx', mode: 0o600 });
  try {
    await new Promise((resolve, reject) => output.once('open', resolve).once('error', reject));
  } catch (error) {
    throw new HubcastError(
      'usage',
      `--output ${file} cannot be created: ${messageOf(error)}. Give the name of a new file.`,
    );
  }
  return output;
}

const KEY_BYTES = 32;
const SHORTEST_KEY_BYTES = 16;

function readKey(file: string | undefined): Uint8Array {
  if (file === undefined) return randomBytes(KEY_BYTES);
  let key: Buffer;
  try {
    key = readFileSync(file);
  } catch (error) {
    throw new HubcastError('usage', `--redact-key-file cannot be read: ${messageOf(error)}.`);
  }
  if (key.length >= SHORTEST_KEY_BYTES) return key;
  throw new HubcastError(
    'usage',
    `--redact-key-file has ${key.length} bytes: a short key can be guessed. Make one of 32, such as with "openssl rand -out key 32".`,
  );
}
