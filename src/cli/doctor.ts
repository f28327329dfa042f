import { Command } from 'commander';
import { readSettings } from '../config/read-settings.ts';
import type { StoreSettings } from '../config/settings.ts';
import { HubcastError } from '../core/errors.ts';
import { createLog } from '../core/log.ts';
import { openDoctor } from '../doctor/effects.ts';
import { examine } from '../doctor/examine.ts';
import type { Report } from '../doctor/findings.ts';
import { createNotes } from '../doctor/notes.ts';
import { findStoreConflicts } from '../stores/select.ts';
import type { Finding, Severity } from '../stores/store-notes.ts';
import { paint, print } from './output.ts';
import { visible } from './visible.ts';

interface Options {
  readonly url?: string;
  readonly offline?: boolean;
  readonly probe: boolean;
  readonly json?: boolean;
}

export function doctorCommand(): Command {
  return new Command('doctor')
    .description(
      'check settings, Meta app, token, accounts, callback URL and store; report what is wrong and how to fix it',
    )
    .option('--url <url>', 'the public URL of the webhook, as Meta should have it (default: the one Meta has)')
    .option('--offline', 'ask only the store')
    .option('--no-probe', 'do not call the callback URL')
    .option('--json', 'print JSON (always, when the output is not a terminal)')
    .addHelpText(
      'after',
      `
Calling the callback URL makes Meta's handshake and sends one signed test webhook, which is stored in the topic unknown as
whatsapp.hubcast_check with "test": true. Everything else only reads.

Exit code 0 when nothing is wrong, 3 when there are warnings only, 1 when there is an error, 2 when the command is wrong.

Examples:
  hubcast doctor --url https://hooks.example.com/webhook
  hubcast doctor --offline
  hubcast doctor --json | jq -r '.findings[] | .code + ": " + .fix'`,
    )
    .action(doctor);
}

const EXIT: Readonly<Record<Severity, number>> = { error: 1, warning: 3, info: 0 };

async function doctor({ url, offline = false, probe, json }: Options): Promise<void> {
  if (url !== undefined && !(URL.canParse(url) && /^https?:$/.test(new URL(url).protocol))) {
    throw new HubcastError(
      'usage',
      `--url ${url} is not an http or https URL, as https://hooks.example.com/webhook is.`,
    );
  }
  const inJson = json === true || !process.stdout.isTTY;
  const progress = createProgress();
  const report = await examineHere((settings) =>
    examine(
      { settings, url: url ?? null, offline, probe: probe || '--no-probe' },
      openDoctor(settings, { log: createLog('silent', process.stderr), begin: progress.begin }),
    ),
  ).finally(progress.end);
  await print(inJson ? JSON.stringify(report, null, 2) : toText(report));
  const [worst] = report.findings;
  if (worst !== undefined) process.exitCode = EXIT[worst.severity];
}

/** Settings that do not hold together are a finding like others. */
async function examineHere(work: (settings: StoreSettings) => Promise<Report>): Promise<Report> {
  let settings: StoreSettings;
  try {
    settings = readSettings(process.env, findStoreConflicts);
  } catch (error) {
    if (!(error instanceof HubcastError)) throw error;
    const { notes, report } = createNotes(
      () => undefined,
      (text) => text,
    );
    notes.find('settings_invalid', error.message);
    notes.skip('all other checks', 'the settings are not valid');
    return report(Date.now());
  }
  return work(settings);
}

/** One line on a terminal, which goes when the checks are done. */
function createProgress() {
  const shown = process.stderr.isTTY === true;
  return {
    begin: (check: string) =>
      void (shown && process.stderr.write(`\r\u001b[K${visible(`Checking ${check} …`).slice(0, 78)}`)),
    end: () => void (shown && process.stderr.write('\r\u001b[K')),
  };
}

const COLOURS = { error: 'red', warning: 'yellow', info: 'cyan' } as const;

function toText({ findings, skipped }: Report): string {
  const parts = findings.map(toParagraph);
  if (skipped.length > 0) {
    const lines = skipped.map(({ check, reason }) => `  ${visible(check)}: ${visible(reason)}`);
    parts.push([paint('bold', 'Not checked'), ...lines].join('\n'));
  }
  const counts = Map.groupBy(findings, ({ severity }) => severity);
  const total = [...counts].map(
    ([severity, { length }]) => `${length} ${severity}${length === 1 || severity === 'info' ? '' : 's'}`,
  );
  parts.push(total.length === 0 ? paint('green', 'Nothing is wrong.') : total.join(', '));
  return parts.join('\n\n');
}

function toParagraph({ severity, code, what, why, fix }: Finding): string {
  const lines = what.split('\n').map(visible).join('\n         ');
  return [
    `${paint(COLOURS[severity], severity.padEnd(7))}  ${paint('bold', lines)}  ${paint('dim', code)}`,
    `         ${why}`,
    `         ${paint('green', 'Fix:')} ${fix}`,
  ].join('\n');
}
