import { Command } from 'commander';
import { readStoreSettings } from '../config/read-settings.ts';
import type { StoreSettings } from '../config/settings.ts';
import { HubcastError } from '../core/errors.ts';
import { namesPerson, type Person } from '../event-queries/names-person.ts';
import { type Erased, eraseFromJournal } from '../stores/journal/erase.ts';
import { storeOf } from '../stores/select.ts';
import { askAtTerminal, canAsk } from './ask.ts';
import { print } from './output.ts';
import { visible } from './visible.ts';

interface EraseOptions {
  readonly participant?: string;
  readonly number?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export function eraseCommand(): Command {
  return new Command('erase')
    .description("remove a person's records from the journal of DATA_DIR, while its service is stopped")
    .option('--participant <id>', 'their user id or wa_id, as in the events')
    .option('--number <number>', 'their phone number with its country code, in any form that people write')
    .option('--dry-run', 'count the records, without removing them; the service may run')
    .option('--yes', 'do not ask')
    .option('--json', 'print the outcome as JSON')
    .addHelpText(
      'after',
      `
Examples:
  hubcast erase --number "+1 (631) 555-1181" --dry-run
  hubcast erase --participant US.13491208655302741918 --number 16315551181 --yes

A record goes where the id or number stands in it as a value or a name of its own, in the id of a message or call, or in JSON inside
a text: messages, statuses, calls, contacts, dead letters and captured requests, whole even where they are about others too. Sentences that
mention it stay. The file is rewritten, so that
nothing is left in it or in its log; ids of events, which are hashes, stay remembered until Meta no longer repeats them.`,
    )
    .action(erase);
}

async function erase({ participant, number, dryRun = false, yes = false, json }: EraseOptions): Promise<void> {
  const settings = readStoreSettings(process.env);
  const person = toPerson(participant, number);
  if (!dryRun && !yes) await ask(settings, person);
  const { lookedAt, byTopic } = eraseRecords(settings, person, dryRun);
  const records = Object.values(byTopic).reduce((sum, count) => sum + count, 0);
  const beyond = beyondReach(settings);
  if (json)
    return print(
      JSON.stringify({ dry_run: dryRun, looked_at: lookedAt, records, by_topic: byTopic, beyond_reach: beyond }),
    );
  await print(
    `${records} of ${lookedAt} records ${dryRun ? 'would be' : 'were'} removed from ${visible(settings.DATA_DIR)}`,
  );
  for (const [topic, count] of Object.entries(byTopic)) await print(`  ${visible(topic)}  ${count}`);
  await print('Out of reach:');
  for (const line of beyond) await print(`  ${line}`);
}

function eraseRecords({ DATA_DIR: dataDir }: StoreSettings, person: Person, dryRun: boolean): Erased {
  return eraseFromJournal({ dataDir, dryRun, matches: (record) => namesPerson(record, person) });
}

function toPerson(participant: string | undefined, number: string | undefined): Person {
  if (participant === undefined && number === undefined)
    throw new HubcastError('usage', 'Name the person with --participant or --number.');
  if (participant?.trim() === '') throw new HubcastError('usage', '--participant is blank.');
  if (number === undefined) return { participant };
  const digits = number.replace(/\D/g, '').replace(/^00/, '');
  if (!/^[+\d\s().\-/]+$/.test(number) || !/^[1-9]\d{6,14}$/.test(digits)) {
    throw new HubcastError('usage', '--number is not a phone number with its country code: 7 to 15 digits.');
  }
  return { participant, digits };
}

async function ask(settings: StoreSettings, person: Person): Promise<void> {
  if (!canAsk())
    throw new HubcastError('usage', 'There is no terminal to ask at: give --yes, or --dry-run to look first.');
  const { byTopic } = eraseRecords(settings, person, true);
  const records = Object.values(byTopic).reduce((sum, count) => sum + count, 0);
  const message = `Remove ${records} records from ${visible(settings.DATA_DIR)} for ever?`;
  const { confirm } = await askAtTerminal();
  if (!(await confirm(message))) throw new HubcastError('usage', 'Nothing was removed.');
}

function beyondReach(settings: StoreSettings): readonly string[] {
  return [
    storeOf(settings).beyondErasure,
    'copies that consumers of the events stored',
    'backups and snapshots of DATA_DIR',
    'capture files that were exported',
    "what Meta keeps, and the person's own phone",
  ];
}
