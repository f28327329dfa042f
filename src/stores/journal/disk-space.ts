/** How much room the journal has left, in its file and on its disk. */
import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { HubcastError } from '../../core/errors.ts';
import type { FileUse } from '../store.ts';
import type { WorkerSettings } from './messages.ts';
import { PAGE_BYTES } from './schema.ts';

export interface SpaceGuard {
  /** Inside a transaction, before so many bytes of records are written. Throws `store_full`. */
  readonly claim: (bytes: number) => void;
  /** Why a record of ordinary size would not be taken now. */
  readonly rejectionReason: () => string | undefined;
  readonly warnings: () => string[];
  readonly use: () => FileUse;
}

/** Below this much room a record of ordinary size may fail. */
const MIN_FREE_BYTES = 64 * 1024;
export const MIN_DISK_BYTES = 1024 * 1024;
const WARN_FULL_SHARE = 0.9;
/** The disk is asked again when so much was written since. */
const DISK_CHECK_BYTES = 1024 * 1024;
/** Of the file's bound, the reserve takes no more than this. */
const RESERVE_SHARE = 1 / 16;

export function freeDiskBytes(file: string): number {
  const disk = statfsSync(dirname(file));
  return disk.bavail * disk.bsize;
}

export function createSpaceGuard(
  database: DatabaseSync,
  { file, boundedBy, reserveBytes }: WorkerSettings,
): SpaceGuard {
  const pragmas = {
    maxPages: database.prepare('PRAGMA max_page_count'),
    pages: database.prepare('PRAGMA page_count'),
    freePages: database.prepare('PRAGMA freelist_count'),
  };
  let diskBytes = 0;

  function free(): { readonly bytes: number; readonly maxBytes: number } {
    const maxPages = Number(pragmas.maxPages.get()?.max_page_count);
    const pages = Number(pragmas.pages.get()?.page_count);
    const free = maxPages - pages + Number(pragmas.freePages.get()?.freelist_count);
    return { bytes: free * PAGE_BYTES, maxBytes: maxPages * PAGE_BYTES };
  }

  return {
    claim(bytes) {
      if (reserveBytes === 0) return;
      const { bytes: freeBytes, maxBytes } = free();
      if (freeBytes - bytes < Math.min(reserveBytes, maxBytes * RESERVE_SHARE))
        throw new HubcastError('store_full', `${file} has reached its bound. ${boundedBy} says how large it may be.`);
      diskBytes -= bytes;
      if (diskBytes > 0) return;
      // Twice: in the log and in the file.
      const left = freeDiskBytes(file) - reserveBytes - 2 * bytes;
      if (left < 0) throw new HubcastError('store_full', `The disk of ${dirname(file)} is nearly full.`);
      diskBytes = Math.min(left / 2, DISK_CHECK_BYTES);
    },
    rejectionReason() {
      if (freeDiskBytes(file) < MIN_DISK_BYTES + reserveBytes)
        return `The disk of ${dirname(file)} is full. Free some space.`;
      const { bytes, maxBytes } = free();
      if (bytes >= MIN_FREE_BYTES + Math.min(reserveBytes, maxBytes * RESERVE_SHARE)) return undefined;
      const hint = reserveBytes > 0 ? '' : ' or lower JOURNAL_RETENTION_HOURS';
      return `${file} has reached its bound of ${maxBytes} bytes. Raise ${boundedBy}${hint}.`;
    },
    use() {
      const { bytes, maxBytes } = free();
      return { bytes: maxBytes - bytes, maxBytes };
    },
    warnings() {
      const { bytes, maxBytes } = free();
      const share = 1 - bytes / maxBytes;
      if (share < WARN_FULL_SHARE) return [];
      return [`${file} is ${Math.floor(share * 100)} % full; at 100 % requests get 503.`];
    },
  };
}
