/** The worker's end of the channel to the process that started it. */
import { type HubcastError, isHubcastError, messageOf } from '../core/errors.ts';
import type { Readiness } from '../stores/store.ts';
import type { FailedDelivery } from '../telemetry/failed-deliveries.ts';
import type { MetricState } from '../telemetry/metrics/exposition.ts';
import type { FromWorker, Published, ToWorker, WorkerReports } from './channel-messages.ts';

export interface WorkerLinkOptions {
  readonly readiness: () => Promise<Readiness>;
  readonly metrics: () => Promise<readonly MetricState[]>;
  readonly failedDeliveries: () => Promise<readonly FailedDelivery[]>;
  readonly onStop: () => void;
  readonly onCut: () => void;
}

export interface PrimaryLink {
  readonly listening: (url: string) => void;
  /** Resolves when the message was sent. */
  readonly failed: (error: unknown) => Promise<void>;
  /** Sends events of families that concern look-ups and skips the others. */
  readonly published: (events: readonly Published[]) => void;
}

export function linkToPrimary(options: WorkerLinkOptions): PrimaryLink {
  process.on('message', (message: ToWorker) => {
    if (message.kind === 'stop') options.onStop();
    else if (message.kind === 'cut') options.onCut();
    else if (message.kind === 'ask') void answer(message.id, options[message.question]);
  });

  async function answer(id: number, ask: () => Promise<WorkerReports[keyof WorkerReports]>): Promise<void> {
    const given = await ask().catch(() => undefined);
    await say({ kind: 'answer', id, ...(given === undefined ? {} : { answer: given }) });
  }

  return {
    listening: (url) => void say({ kind: 'listening', url }),
    failed: (error) =>
      say({
        kind: 'failed',
        code: isHubcastError(error) ? (error as HubcastError).code : 'internal',
        message: messageOf(error),
      }),
    published(events) {
      let told: Published[] | undefined;
      for (const { family, key } of events) {
        if (TOLD.has(family)) {
          told ??= [];
          told.push({ family, key });
        }
      }
      if (told !== undefined) void say({ kind: 'published', events: told });
    },
  };
}

/** These families have few events: messages and statuses belong to others. */
const TOLD: ReadonlySet<string> = new Set(['phone-numbers', 'accounts']);

/** The parent is gone, so this process is about to exit. */
function say(message: FromWorker): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, undefined, {}, () => resolve());
  });
}
