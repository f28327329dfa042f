/**
 * Whether the journal's files are still the ones that were opened. SQLite goes on writing into a file that was removed,
 * renamed or replaced, and what it commits there is lost.
 */
import { type Stats, statSync } from 'node:fs';
import { filesOf } from './files.ts';

export interface FileGuard {
  /** What happened to the files, in words; undefined where they are the same. */
  readonly change: () => string | undefined;
  /** To be called when the journal itself has changed its main file. */
  readonly changed: () => void;
}

/** To be called when the journal is open and its log exists. */
export function watchFiles(file: string): FileGuard {
  const watched = filesOf(file).map((name) => ({ name, identity: identityOf(statSync(name)) }));
  let content = contentOf(statSync(file));

  return {
    change() {
      for (const { name, identity } of watched) {
        const now = statSync(name, { throwIfNoEntry: false });
        if (now === undefined || identityOf(now) !== identity) return `${name} was removed or replaced while in use.`;
        // The log and its index change with each write; the main file changes in checkpoints only.
        if (name === file && contentOf(now) !== content) return `${name} was changed by another program while in use.`;
      }
      return undefined;
    },
    changed() {
      content = contentOf(statSync(file));
    },
  };
}

/** An inode that is open is not given to another file. */
const identityOf = ({ dev, ino }: Stats) => `${dev}:${ino}`;
const contentOf = ({ size, mtimeMs }: Stats) => `${size}:${mtimeMs}`;
