/** Erasing a person from the journal of DATA_DIR. */
import type { StoreSettings } from '../config/settings.ts';
import { namesPerson, type Person } from '../event-queries/names-person.ts';
import { type Erased, eraseFromJournal } from '../stores/journal/erase.ts';

export function erasePerson({ DATA_DIR }: StoreSettings, person: Person, dryRun: boolean): Erased {
  return eraseFromJournal({ dataDir: DATA_DIR, dryRun, matches: (record) => namesPerson(record, person) });
}
