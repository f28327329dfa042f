/** What a process did to the files of a folder, in order: recorder.c writes it down. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { compileShared } from '../../support/shared-library.ts';

/** One thing that was done: `inode` is 0 where it is about a name, `bytes` are what was written or said, or the name. */
export interface Done {
  readonly what: 'opened' | 'wrote' | 'cut' | 'synced' | 'removed' | 'renamed' | 'said';
  readonly inode: bigint;
  /** Where in the file, or the length it was cut to. */
  readonly place: number;
  readonly bytes: Buffer;
}

const NAMES: Readonly<Record<string, Done['what']>> = {
  o: 'opened',
  w: 'wrote',
  t: 'cut',
  f: 'synced',
  u: 'removed',
  r: 'renamed',
  s: 'said',
};
const HEAD_BYTES = 21;

export function compileRecorder(folder: string): string {
  return compileShared(join(import.meta.dirname, 'recorder.c'), folder);
}

export interface RecordedRun {
  readonly library: string;
  readonly record: string;
  /** The folder that is watched; it is there already. */
  readonly folder: string;
  readonly command: readonly string[];
  /** The process is killed when it has said so many lines. */
  readonly lines: number;
}

export async function recordRun({ library, record, folder, command, lines }: RecordedRun): Promise<readonly Done[]> {
  const env = { ...process.env, LD_PRELOAD: library, RECORD: record, RECORDED_FOLDER: folder };
  const child = spawn(process.execPath, command, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  let said = 0;
  for await (const _line of createInterface({ input: child.stdout })) {
    said += 1;
    if (said === lines) child.kill('SIGKILL');
  }
  await ended;
  return parse(readFileSync(record));
}

function parse(record: Buffer): readonly Done[] {
  const all: Done[] = [];
  for (let at = 0; at + HEAD_BYTES <= record.length; ) {
    const end = at + HEAD_BYTES + record.readUInt32LE(at + 17);
    // The kill may have cut the last one.
    if (end > record.length) break;
    const what = NAMES[String.fromCharCode(record.readUInt8(at))];
    if (what === undefined) throw new Error(`The record has no such entry, at ${at}.`);
    const inode = record.readBigUInt64LE(at + 1);
    all.push({
      what,
      inode,
      place: Number(record.readBigUInt64LE(at + 9)),
      bytes: record.subarray(at + HEAD_BYTES, end),
    });
    at = end;
  }
  return all;
}
