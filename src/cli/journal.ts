import { Command } from 'commander';
import { readStoreSettings } from '../config/read-settings.ts';
import { createLogThrottle } from '../core/log-throttle.ts';
import { backupJournal } from '../stores/journal/backup.ts';
import { checkJournal, type JournalReport } from '../stores/journal/check.ts';
import { markDamaged } from '../stores/journal/damage-mark.ts';
import { journalFile } from '../stores/journal/files.ts';
import { restoreJournal } from '../stores/journal/restore.ts';
import { print } from './output.ts';
import { visible } from './visible.ts';

interface Options {
  readonly dataDir?: string;
  readonly json?: boolean;
}

export function journalCommand(): Command {
  const journal = new Command('journal')
    .description('back up, check or restore the journal of DATA_DIR; backup and check also while the service runs')
    .exitOverride()
    .addHelpText(
      'after',
      `
Examples:
  hubcast journal backup /backup/journal-monday.db
  hubcast journal check
  hubcast journal check /backup/journal-monday.db
  hubcast journal restore /backup/journal-monday.db`,
    );
  journal
    .command('backup')
    .description('write a consistent copy and sync it to disk; never overwrites a file')
    .argument('<file>', 'where the copy goes')
    .option('--data-dir <folder>', 'folder of the journal (default: DATA_DIR)')
    .option('--json', 'print JSON (always, when the output is not a terminal)')
    .addHelpText(
      'after',
      '\nExamples:\n  hubcast journal backup /backup/journal.db\n\nTo use a copy, run "hubcast journal restore": a copy that is put in place by hand beside an old journal.db-wal is damaged by it.',
    )
    .action(backUpTo);
  journal
    .command('check')
    .description('read every page and every record, and report what the journal holds')
    .argument('[file]', 'a copy; without it the journal of DATA_DIR')
    .option('--data-dir <folder>', 'folder of the journal (default: DATA_DIR)')
    .option('--json', 'print JSON (always, when the output is not a terminal)')
    .addHelpText(
      'after',
      '\nThe exit code is 1 when the check finds damage.\n\nExamples:\n  hubcast journal check --json | jq .forwarding',
    )
    .action(checkIt);
  journal
    .command('restore')
    .description('put a copy in the place of the journal of DATA_DIR, while its service is stopped')
    .argument('<file>', 'a copy that "hubcast journal backup" made')
    .option('--data-dir <folder>', 'folder of the journal (default: DATA_DIR)')
    .option('--json', 'print JSON (always, when the output is not a terminal)')
    .addHelpText(
      'after',
      '\nThe copy is checked first; until it is whole and on disk the journal stays as it is. Events that are stored\nafter the copy was made are gone.\n\nExamples:\n  hubcast journal restore /backup/journal.db',
    )
    .action(restoreFrom);
  return journal;
}

function folderOf({ dataDir }: Options): string {
  return readStoreSettings(dataDir === undefined ? process.env : { ...process.env, DATA_DIR: dataDir }).DATA_DIR;
}

const fileOf = (options: Options) => journalFile(folderOf(options));

const REPORT_INTERVAL_MS = 1_000;

async function backUpTo(file: string, options: Options): Promise<void> {
  const mayReport = createLogThrottle({ intervalMs: REPORT_INTERVAL_MS });
  const { bytes } = await backupJournal(fileOf(options), file, ({ pages, totalPages }) => {
    if (!mayReport()) return;
    process.stderr.write(`${pages} of ${totalPages} pages are copied (${Math.floor((100 * pages) / totalPages)} %)\n`);
  });
  if (options.json ?? !process.stdout.isTTY) return print(JSON.stringify({ file, bytes }));
  return print(`${visible(file)} has the copy of the journal, ${bytes} bytes.`);
}

async function checkIt(file: string | undefined, options: Options): Promise<void> {
  const report = file === undefined ? checkJournal(fileOf(options), markDamaged) : checkJournal(file);
  if (report.problems.length > 0) process.exitCode = 1;
  return print((options.json ?? !process.stdout.isTTY) ? JSON.stringify(toJson(report), null, 2) : toText(report));
}

async function restoreFrom(file: string, options: Options): Promise<void> {
  const report = await restoreJournal(folderOf(options), file);
  return print((options.json ?? !process.stdout.isTTY) ? JSON.stringify(toJson(report), null, 2) : toText(report));
}

function toJson(report: JournalReport) {
  const { file, format, bytes, records, topics, forwarding, problems } = report;
  return {
    file,
    format,
    bytes,
    records,
    topics,
    first_offset: report.firstOffset,
    last_offset: report.lastOffset,
    oldest: toTime(report.oldestMs),
    newest: toTime(report.newestMs),
    dedupe_ids: report.dedupeIds,
    forwarding,
    parked: report.parked.map(({ offset, topic, atMs, reason }) => ({ offset, topic, at: toTime(atMs), reason })),
    problems,
  };
}

const toTime = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());

function toText(report: JournalReport): string {
  const { file, format, bytes, records, topics, forwarding, parked, problems } = report;
  const lines = [
    `${file}: format ${format}, ${bytes} bytes`,
    `${records} events, from ${toTime(report.oldestMs) ?? '-'} to ${toTime(report.newestMs) ?? '-'}`,
    ...Object.entries(topics).map(([topic, count]) => `  ${topic}  ${count}`),
    `${report.dedupeIds} ids are kept for deduplication`,
  ];
  if (forwarding.position > 0)
    lines.push(`Up to offset ${forwarding.position}, all events are in Kafka; ${forwarding.waiting} events wait`);
  for (const { offset, topic, atMs, reason } of parked)
    lines.push(`parked ${toTime(atMs)}: offset ${offset}, ${topic}: ${reason}`);
  lines.push(...(problems.length === 0 ? ['Nothing is damaged.'] : problems.map((problem) => `DAMAGED: ${problem}`)));
  return lines.map(visible).join('\n');
}
