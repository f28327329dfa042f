import type { DatabaseSync } from 'node:sqlite';
import { HubcastError } from '../../core/errors.ts';
import { SCHEMA_VERSION } from './migrations.ts';

/** The highest offset ever given, 0 before the first. */
export const LAST_OFFSET = "SELECT seq AS last_offset FROM sqlite_sequence WHERE name = 'batches'";

export function schemaVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version);
}

/** Throws `store_incompatible` when a newer hubcast wrote the file. */
export function checkSchema(database: DatabaseSync, file: string): void {
  const version = schemaVersion(database);
  if (version <= SCHEMA_VERSION) return;
  throw new HubcastError(
    'store_incompatible',
    `${file} has format ${version}; this hubcast reads and writes formats up to ${SCHEMA_VERSION}.`,
  );
}
