/** Replays dead letters into the store, or through the running service that owns the store. */
import { readFileSync } from 'node:fs';
import { openReplay } from '../app/dead-letter-replay.ts';
import { readStoreSettings } from '../config/read-settings.ts';
import type { StoreSettings } from '../config/settings.ts';
import { HubcastError, isHubcastError, messageOf } from '../core/errors.ts';
import { createLog } from '../core/log.ts';
import type { Replayed } from '../dead-letters/dead-letter-schemas.ts';
import type { Repair } from '../dead-letters/replay.ts';
import { assertJson } from '../event-queries/event-queries.ts';
import { readChunk } from '../records/chunk.ts';
import type { StoredRecord } from '../records/record.ts';
import { openReader, storeForCommands } from '../stores/select.ts';
import type { Append } from '../stores/store.ts';
import { internalListener } from './internal-listener.ts';
import { userName } from './manage-options.ts';
import { paint, print } from './output.ts';
import { type DeadLetterChoice, findDeadLetter, issueText, readDeadLetters } from './read-dead-letters.ts';
import { visible } from './visible.ts';

export interface ReplayCommandOptions extends DeadLetterChoice {
  readonly id?: string;
  readonly value?: string;
  readonly dryRun?: boolean;
  readonly url?: string;
  readonly tokenFile?: string;
  readonly json?: boolean;
}

export async function replayDeadLetters({
  id,
  value: file,
  dryRun = false,
  json,
  url,
  tokenFile,
  ...choice
}: ReplayCommandOptions): Promise<void> {
  const settings = readStoreSettings(process.env);
  if (file !== undefined && id === undefined) {
    throw new HubcastError('usage', '--value repairs one dead letter: name it with --id.');
  }
  const actor = { kind: 'cli', name: userName() } as const;
  const repaired = file === undefined ? undefined : { value: readValue(file), actor };
  const client = await openClient(settings, dryRun, { url, tokenFile });
  const counts = { stored: 0, refused: 0, unreadable: 0 };
  try {
    const deadLetters = id === undefined ? readDeadLetters(settings, choice) : [await findDeadLetter(settings, id)];
    const events = new Set<string>();
    for await (const deadLetter of deadLetters) {
      const eventId = readChunk(deadLetter.value)?.eventId;
      // Its other parts went with the first one.
      if (eventId !== undefined && events.has(eventId)) continue;
      if (eventId !== undefined) events.add(eventId);
      const replayed = await client.replay(deadLetter, { dryRun, repaired });
      counts[replayed.outcome] += 1;
      await print(json ? JSON.stringify(replayed) : replayedText(replayed, dryRun));
    }
  } finally {
    await client.close();
  }
  const { stored, refused, unreadable } = counts;
  const done = dryRun ? 'would be stored' : 'stored';
  process.stderr.write(`${stored} ${done}, ${refused} still refused, ${unreadable} still unreadable\n`);
  if (id !== undefined && stored === 0) process.exitCode = 1;
}

interface ReplayClient {
  readonly replay: (deadLetter: StoredRecord, repair: Repair) => Promise<Replayed>;
  readonly close: () => Promise<void>;
}

/** The store itself; where a service owns it, that service. */
async function openClient(
  settings: StoreSettings,
  dryRun: boolean,
  { url, tokenFile }: { readonly url: string | undefined; readonly tokenFile: string | undefined },
): Promise<ReplayClient> {
  const context = { settings: () => settings, log: createLog('warn', process.stderr) };
  const nothing = async () => undefined;
  const direct = (append: Append, close: () => Promise<void>): ReplayClient => {
    const reader = openReader(context);
    return {
      replay: openReplay(settings, { append, read: reader.read }),
      close: () => close().finally(() => reader.close()),
    };
  };
  if (dryRun) return direct(nothing, nothing);
  if (url === undefined) {
    try {
      const { append, close } = await storeForCommands(settings).open(context);
      return direct(append, close);
    } catch (error) {
      if (!isHubcastError(error) || error.code !== 'store_locked') throw error;
      process.stderr.write(`${visible(error.message)} Asking it to store them.\n`);
    }
  }
  const service = internalListener(url, tokenFile, settings);
  return {
    replay: async ({ headers, partition, offset }, { repaired }) => {
      const path = `/dead-letters/${headers.ce_id}/replay?at=${partition}:${offset}`;
      return (await service.post(path, repaired?.value)) as Replayed;
    },
    close: nothing,
  };
}

function readValue(file: string): string {
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new HubcastError(
      'usage',
      `--value cannot be read: ${messageOf(error)}. Give a file, or - for standard input.`,
    );
  }
  assertJson(text);
  return text;
}

function replayedText({ id, outcome, events, issues, dropped }: Replayed, dryRun: boolean): string {
  if (outcome === 'stored') {
    const kept = dropped === 0 ? '' : `, ${dropped} not published`;
    const types = events.map(({ type }) => type).join(', ');
    return `${visible(id)}  ${paint('green', dryRun ? 'would be' : 'stored as')} ${visible(types)}${kept}`;
  }
  return `${visible(id)}  ${paint('yellow', outcome)} ${visible(issueText(issues[0]))}`;
}
