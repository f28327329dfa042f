/** A PIN, code or token on its way in: from a file, from standard input, or typed unseen. Never an argument: those show in `ps`. */
import { closeSync, openSync, readSync } from 'node:fs';
import { HubcastError, messageOf } from '../core/errors.ts';
import { askAtTerminal, canAsk } from './ask.ts';

export interface SecretSource {
  /** `-` is standard input; undefined asks at the terminal. */
  readonly file: string | undefined;
  /** `--pin-file` */
  readonly option: string;
  /** What it is, for messages: "PIN". */
  readonly what: string;
  readonly question: string;
}

const STDIN = 0;
/** None is longer. */
const MAX_BYTES = 1024;

/** @throws HubcastError `usage` without a terminal or input to read it from */
export async function readSecret({ file, option, what, question }: SecretSource): Promise<string> {
  if (file !== undefined) return readWhole(file, option, what);
  if (canAsk()) return (await askAtTerminal()).secret(question);
  throw new HubcastError(
    'usage',
    `No ${what} was given, and there is no terminal to ask at. Give ${option} <file>, or ${option} - for standard input.`,
  );
}

function readWhole(file: string, option: string, what: string): string {
  const bytes = Buffer.alloc(MAX_BYTES + 1);
  let length = 0;
  try {
    const descriptor = file === '-' ? STDIN : openSync(file, 'r');
    try {
      for (;;) {
        const read = readSync(descriptor, bytes, length, bytes.length - length, null);
        length += read;
        if (read === 0 || length === bytes.length) break;
      }
    } finally {
      if (descriptor !== STDIN) closeSync(descriptor);
    }
  } catch (error) {
    throw new HubcastError('usage', `The ${what} cannot be read from ${option} ${file}: ${messageOf(error)}`);
  }
  if (length > MAX_BYTES) throw new HubcastError('usage', `${option} ${file} is larger than a ${what} can be.`);
  const text = bytes
    .subarray(0, length)
    .toString('utf8')
    .replace(/\r?\n$/, '');
  if (text === '') throw new HubcastError('usage', `${option} ${file} contains no ${what}.`);
  return text;
}
