import { Command } from 'commander';
import { appsOf, type MetaApp } from '../config/meta-apps.ts';
import { readSettings } from '../config/read-settings.ts';
import type { Settings } from '../config/settings.ts';
import { HubcastError } from '../core/errors.ts';
import { createLog } from '../core/log.ts';
import { wantedFields } from '../doctor/check-app.ts';
import { checkCallback } from '../doctor/check-callback.ts';
import { openDoctor } from '../doctor/effects.ts';
import { callbackUrlOf } from '../doctor/examine.ts';
import { createNotes } from '../doctor/notes.ts';
import { planAccount, planApp, type SubscribeStep } from '../doctor/plan-subscription.ts';
import type { Severity } from '../stores/store-notes.ts';
import { askAtTerminal, canAsk } from './ask.ts';
import { paint, print } from './output.ts';
import { visible } from './visible.ts';

interface Options {
  readonly url?: string;
  readonly app?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export function subscribeCommand(): Command {
  return new Command('subscribe')
    .description(
      'subscribe the Meta app to every field and to each account of WABA_IDS; shows what is missing, asks, and sets it',
    )
    .option('--url <url>', 'the public URL of the webhook (default: the one Meta has)')
    .option('--app <name>', 'only this app of META_APPS')
    .option('--dry-run', 'only show what would be set')
    .option('--yes', 'do not ask (for scripts)')
    .option('--json', 'print JSON (always, when the output is not a terminal)')
    .addHelpText(
      'after',
      `
Needs META_APP_ID and META_APP_SECRET, and for accounts META_ACCESS_TOKEN. The service has to run: Meta makes its handshake
before it accepts a callback URL. Fields are only added, and accounts that have the app are left alone. What families of
events are wanted says PUBLISH_FAMILIES.

Exit code 0 when everything is set (or nothing had to be), 3 when a dry run shows something, 1 when something failed.

Examples:
  hubcast subscribe --url https://hooks.example.com/webhook --dry-run
  hubcast subscribe --yes --json`,
    )
    .action(subscribe);
}

interface Outcome {
  readonly app: string;
  readonly steps: readonly SubscribeStep[];
  done: boolean;
  /** Doctor's findings about the callback URL afterwards. */
  findings: readonly {
    readonly code: string;
    readonly severity: Severity;
    readonly what: string;
    readonly fix: string;
  }[];
}

async function subscribe(options: Options): Promise<void> {
  const settings = readSettings(process.env);
  const all = appsOf(settings);
  const apps = options.app === undefined ? all : all.filter(({ name }) => name === options.app);
  if (apps.length === 0) throw new HubcastError('usage', `There is no app "${options.app}" in META_APPS.`);
  const inJson = options.json === true || !process.stdout.isTTY;
  const doctor = openDoctor(settings, { log: createLog('silent', process.stderr) });
  const outcomes: Outcome[] = [];
  for (const app of apps) {
    const { appId } = app;
    if (appId === null)
      throw new HubcastError('usage', `META_APP_ID (or app_id in META_APPS) is not set for ${app.name}.`);
    const graph = doctor.graph(app);
    const found = await graph.calls.subscription(appId);
    const callbackUrl = urlFor(app, settings, options.url, found?.callback_url);
    const fields = wantedFields(settings.PUBLISH_FAMILIES).documented;
    const accounts = app.accessToken === null ? [] : app.accounts;
    const ofAccounts = [];
    for (const id of accounts) ofAccounts.push(...planAccount(await graph.reads.subscribedApps(id), id, appId));
    const steps: SubscribeStep[] = [...planApp(found, { appId, callbackUrl, fields }), ...ofAccounts];
    const outcome: Outcome = { app: app.name, steps, done: false, findings: [] };
    outcomes.push(outcome);
    if (!inJson) await print(toText(outcome, accounts.length < app.accounts.length || app.accounts.length === 0));
    if (options.dryRun) continue;
    if (steps.length > 0) {
      await confirm(options, inJson);
      for (const step of steps) {
        if (step.kind === 'account') await graph.subscribeAccount(step.accountId);
        else await graph.calls.subscribe(appId, { callbackUrl, verifyToken: app.verifyToken, fields: step.fields });
      }
    }
    outcome.done = true;
    outcome.findings = await checkAfterwards(app, callbackUrl, settings, doctor);
    if (!inJson) await print(toVerdict(outcome));
  }
  if (inJson) await print(JSON.stringify({ apps: outcomes }, null, 2));
  if (outcomes.some(({ findings }) => findings.some(({ severity }) => severity === 'error'))) process.exitCode = 1;
  else if (options.dryRun && outcomes.some(({ steps }) => steps.length > 0)) process.exitCode = 3;
}

function urlFor(app: MetaApp, settings: Settings, given: string | undefined, there: string | undefined): string {
  if (given === undefined) {
    if (there !== undefined) return there;
    throw new HubcastError('usage', `Meta has no callback URL of app ${app.name} yet: give it with --url.`);
  }
  if (!URL.canParse(given) || new URL(given).protocol !== 'https:') {
    throw new HubcastError('usage', `--url ${given} is not an https URL, and Meta accepts no other.`);
  }
  return callbackUrlOf(given, settings.META_APPS === undefined ? null : app.name);
}

async function confirm({ yes }: Options, inJson: boolean): Promise<void> {
  if (yes) return;
  if (inJson || !canAsk()) {
    throw new HubcastError('usage', 'There is no terminal to ask at. Look at it with --dry-run, then give --yes.');
  }
  if (await (await askAtTerminal()).confirm('Set this?')) return;
  throw new HubcastError('usage', 'Nothing was set.');
}

/** The handshake from here; Meta has made its own. */
async function checkAfterwards(
  app: MetaApp,
  url: string,
  settings: Settings,
  { callback, clean, now }: ReturnType<typeof openDoctor>,
) {
  const { notes, report } = createNotes(() => undefined, clean);
  const needsCertificate = settings.TLS_CLIENT_CERTIFICATES === 'require';
  await checkCallback({ app, url, effects: callback, needsCertificate, post: null, nowMs: now(), notes, of: '' });
  return report(now()).findings.map(({ code, severity, what, fix }) => ({ code, severity, what, fix }));
}

function toText({ app, steps }: Outcome, withoutAccounts: boolean): string {
  const lines = steps.flatMap((step) => {
    if (step.kind === 'account') return [`  subscribe app ${step.appId} to account ${step.accountId}`];
    return [
      `  callback URL ${visible(step.callbackUrl)}${step.insteadOf === null ? '' : `, ${paint('yellow', `instead of ${visible(step.insteadOf)}`)}`}`,
      ...(step.added.length === 0 ? [] : [`  fields to add: ${step.added.map(visible).join(', ')}`]),
      ...(step.activated ? ['  switch the subscription on again'] : []),
    ];
  });
  const rest = withoutAccounts ? ['  accounts are not checked: that needs META_ACCESS_TOKEN and WABA_IDS'] : [];
  return [
    paint('bold', `App ${app}`),
    ...(lines.length === 0 ? ['  the subscription is complete'] : lines),
    ...rest,
  ].join('\n');
}

function toVerdict({ findings }: Outcome): string {
  if (findings.length === 0) return paint('green', '  set, and the handshake works');
  return findings.map(({ what, fix }) => `  ${paint('red', visible(what))}\n  ${fix}`).join('\n');
}
