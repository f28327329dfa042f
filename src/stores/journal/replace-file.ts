/**
 * The step in which a copy takes the place of the journal. A kill in the middle of it must leave the old journal whole, log
 * included, or the copy: the log is put aside until the copy has the name.
 */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { filesOf, removeJournal, syncFile } from './files.ts';

/** Where a copy is written first. */
export const draftOf = (file: string): string => `${file}.restoring`;
const asideOf = (log: string) => `${log}.replaced`;

/** @param file whose draft is whole and synced; the owner's lock is held */
export function takePlace(file: string): void {
  const [, log, logIndex] = filesOf(file);
  if (existsSync(log)) renameSync(log, asideOf(log));
  rmSync(logIndex, { force: true });
  renameSync(draftOf(file), file);
  syncFile(dirname(file));
  rmSync(asideOf(log), { force: true });
}

/** Undoes or ends what a killed restore began. The owner's lock is held. */
export function settleReplacement(file: string): void {
  const [, log] = filesOf(file);
  const aside = asideOf(log);
  if (existsSync(aside)) {
    if (existsSync(draftOf(file))) renameSync(aside, log);
    else rmSync(aside);
  }
  removeJournal(draftOf(file));
}
