import { randomBytes } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { readSettings } from '../config/read-settings.ts';
import { HubcastError, messageOf } from '../core/errors.ts';
import { createLog } from '../core/log.ts';
import { pause } from '../core/time-out.ts';
import { type CanaryRun, runCanary } from '../doctor/canary.ts';
import { openCanary } from '../doctor/canary-effects.ts';
import { createCanaryMetrics } from '../telemetry/metrics/canary-metrics.ts';
import { paint, parseCount, print } from './output.ts';
import { visible } from './visible.ts';

interface Options {
  readonly url?: string;
  readonly app?: string;
  readonly every?: number;
  readonly timeout: number;
  readonly metricsFile?: string;
  readonly json?: boolean;
}

export function canaryCommand(): Command {
  return new Command('canary')
    .description(
      'send a signed test event to the public URL, and measure the time until it can be read back from the store',
    )
    .option('--url <url>', 'the public URL of the webhook (default: http://127.0.0.1:<PORT>/webhook)')
    .option('--app <name>', 'which app of META_APPS (default: the first)')
    .option('--every <seconds>', 'repeat at this interval until a signal ends it', parseCount)
    .option('--timeout <seconds>', 'count an event that is not found by then as lost', parseCount, 10)
    .option('--metrics-file <file>', "write metrics for Prometheus (node exporter's textfile collector)")
    .option('--json', 'print JSON, a line for each event (always, when the output is not a terminal)')
    .addHelpText(
      'after',
      `
Each event is stored in the topic unknown as whatsapp.hubcast_check with "test": true. Run it with the settings of the service,
where its store can be read: Kafka, or the folder of the journal.

Exit code 0 when the (last) event was read back, 1 when it was not, 2 when the command is wrong.

Examples:
  hubcast canary --url https://hooks.example.com/webhook
  hubcast canary --every 60 --metrics-file /var/lib/node_exporter/hubcast_canary.prom`,
    )
    .action(canary);
}

async function canary(options: Options): Promise<void> {
  const { url, app, every, metricsFile } = options;
  if (url !== undefined && !(URL.canParse(url) && /^https?:$/.test(new URL(url).protocol))) {
    throw new HubcastError(
      'usage',
      `--url ${url} is not an http or https URL, as https://hooks.example.com/webhook is.`,
    );
  }
  const timeoutMs = options.timeout * 1000;
  const log = createLog('silent', process.stderr);
  const opened = openCanary(readSettings(process.env), { url: url ?? null, app: app ?? null, timeoutMs, log });
  const metrics = createCanaryMetrics();
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const inJson = options.json === true || !process.stdout.isTTY;
  try {
    do {
      const startedMs = performance.now();
      const run = await runCanary(opened, timeoutMs);
      await print(inJson ? JSON.stringify(run) : toLine(run));
      if (metricsFile !== undefined) writeWhole(metricsFile, await metrics(run, Date.now()));
      process.exitCode = run.ok ? 0 : 1;
      if (every === undefined) break;
      const restMs = Math.max(0, every * 1000 - (performance.now() - startedMs));
      await pause(restMs, stop.signal);
    } while (!stop.signal.aborted);
  } finally {
    opened.close();
  }
}

function toLine({ at, ok, accepted_ms, read_back_ms, problem }: CanaryRun): string {
  if (ok) return `${at}  ${paint('green', 'ok')}      200 after ${accepted_ms} ms, read back after ${read_back_ms} ms`;
  const after = accepted_ms === null ? '' : `200 after ${accepted_ms} ms. `;
  return `${at}  ${paint('red', 'failed')}  ${after}${visible(problem ?? '')}`;
}

/**
 * A collector that reads meanwhile must see the whole text, old or new. The folder may be one that others write to, so the text
 * goes to a new file of a name that cannot be guessed, never through a link that waits there.
 */
function writeWhole(file: string, text: string): void {
  const draft = `${file}.${randomBytes(12).toString('hex')}.tmp`;
  try {
    writeFileSync(draft, text, { flag: 'wx', mode: 0o644 });
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw new HubcastError('usage', `--metrics-file cannot be written: ${messageOf(error)}.`);
  }
}
