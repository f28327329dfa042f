/**
 * A file beside the journal that says it was found damaged, by whoever found it: its owner takes nothing more, and the next
 * start reads all of the journal before it opens it.
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs';

const markOf = (file: string) => `${file}.damaged`;

/** As far as this process may write there. */
export function markDamaged(file: string): void {
  try {
    writeFileSync(markOf(file), 'The journal beside this file was found damaged while in use.\n', { mode: 0o600 });
  } catch {
    // One that may only read has told its own caller; the owner meets the damage itself, or the next start does.
  }
}

export function isMarkedDamaged(file: string): boolean {
  return existsSync(markOf(file));
}

/** To be called when another file has taken its place. */
export function forgetDamage(file: string): void {
  rmSync(markOf(file), { force: true });
}
