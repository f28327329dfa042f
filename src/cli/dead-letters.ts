import { Command } from 'commander';
import { readStoreSettings } from '../config/read-settings.ts';
import { dataOf, eventOf, toDeadLetterRow } from '../dead-letters/summary.ts';
import { toJsonLine } from '../records/record-json.ts';
import { paint, parseCount, print, toTable } from './output.ts';
import { type DeadLetterChoice, findDeadLetter, issueText, readDeadLetters } from './read-dead-letters.ts';
import { replayDeadLetters } from './replay-dead-letters.ts';
import { parseTime } from './times.ts';
import { visible, visibleLines } from './visible.ts';

interface ListOptions extends DeadLetterChoice {
  readonly limit?: number;
  readonly json?: boolean;
}

export function deadLettersCommand(): Command {
  const command = new Command('dead-letters')
    .description('list and show what could not be read or typed, and store it after an upgrade')
    .exitOverride()
    .addHelpText(
      'after',
      `
Examples:
  hubcast dead-letters list --from 2d --field messages
  hubcast dead-letters show b34d39bfc47b30712868bf8ec8314169
  hubcast dead-letters replay --dry-run`,
    );
  withChoice(command.command('list'))
    .description('print one line for each, the oldest first')
    .option('--limit <n>', 'stop after n', parseCount)
    .option('--json', 'print a line of JSON for each (always, when the output is not a terminal)')
    .addHelpText('after', '\nExamples:\n  hubcast dead-letters list --code invalid_type --json | jq -r .id')
    .action(list);
  command
    .command('show')
    .description('show one with its issues and what was refused')
    .argument('<id>', 'as list shows it')
    .option('--json', 'print the record as JSON (always, when the output is not a terminal)')
    .addHelpText('after', '\nExamples:\n  hubcast dead-letters show b34d39bfc47b30712868bf8ec8314169')
    .action(show);
  withChoice(command.command('replay'))
    .description('read them again with this version, and store what it can read')
    .option('--id <id>', 'only this one')
    .option(
      '--value <file>',
      'with --id: file with the repaired value as JSON, which replaces the refused one; - for standard input',
    )
    .option('--dry-run', 'say what would happen, without storing')
    .option('--url <url>', 'the internal listener of the running service (default: http://127.0.0.1:<INTERNAL_PORT>)')
    .option(
      '--token-file <file>',
      'a token of API_TOKENS with the scope events:replay, for the running service (default: HUBCAST_TOKEN)',
    )
    .option('--json', 'print a line of JSON for each')
    .addHelpText(
      'after',
      `
Examples:
  hubcast dead-letters replay --dry-run
  hubcast dead-letters replay --field messages --from 2d
  hubcast dead-letters replay --id b34d39bfc47b30712868bf8ec8314169 --value repaired.json

An event gets the id it would have had at first. Dead letters stay where they are until their topic lets go of them, and an
event is stored each time: who reads them knows it by its id. A journal that a running service owns is written by that service.

Exit code 0 when all were read again, whether fine or not; with --id 1 when it is still refused; 2 when the command is wrong.`,
    )
    .action(replayDeadLetters);
  return command;
}

function withChoice(command: Command): Command {
  return command
    .option('--from <when>', 'stored since: a time (2026-11-22T10:00:00Z) or an age (15m, 2h, 3d)', parseTime)
    .option('--to <when>', 'stored before', parseTime)
    .option('--field <field>', "only dead letters of this field of Meta's")
    .option('--code <code>', 'only dead letters with an issue of this code, such as invalid_type');
}

async function list({ limit, json, ...choice }: ListOptions): Promise<void> {
  const asJson = json === true || !process.stdout.isTTY;
  const rows: string[][] = [];
  let count = 0;
  for await (const record of readDeadLetters(readStoreSettings(process.env), choice)) {
    const row = toDeadLetterRow(record);
    if (asJson) await print(JSON.stringify(row));
    else {
      const [issue, ...more] = row.issues.map(issueText);
      const issues = `${issue ?? ''}${more.length === 0 ? '' : ` (and ${more.length} more)`}`;
      rows.push([row.id ?? '', row.stored_at ?? '', String(row.field ?? ''), String(row.entry_id ?? ''), issues]);
    }
    count += 1;
    if (count === limit) break;
  }
  if (!asJson) await print(toTable(['id', 'stored', 'field', 'entry', 'issue'], rows));
}

async function show(id: string, { json }: { readonly json?: boolean }): Promise<void> {
  const record = await findDeadLetter(readStoreSettings(process.env), id);
  if (json === true || !process.stdout.isTTY) return print(toJsonLine(record));
  const row = toDeadLetterRow(record);
  const { value, body_base64, context, unrecognized } = dataOf(eventOf(record.value));
  const about = Object.entries({ ...row, issues: undefined }).filter(
    ([, member]) => member !== null && member !== undefined,
  );
  await print(
    toTable(
      ['member', 'value'],
      about.map(([name, member]) => [name, String(member)]),
    ),
  );
  for (const issue of row.issues) await print(paint('red', visible(`! ${issueText(issue)}`)));
  for (const [name, part] of Object.entries({ context, unrecognized, value })) {
    if (part !== undefined) await print(`${paint('bold', name)}\n${visibleLines(JSON.stringify(part, null, 2))}`);
  }
  if (typeof body_base64 === 'string') {
    await print(`${paint('bold', 'bytes')}\n${visibleLines(Buffer.from(body_base64, 'base64').toString())}`);
  }
}
