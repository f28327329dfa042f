import { randomBytes, randomUUID } from 'node:crypto';
import { Command } from 'commander';
import { readStoreSettings } from '../config/read-settings.ts';
import { createReceive } from '../receive.ts';
import { namingsOf } from '../records/planned-topics.ts';
import type { OutgoingRecord } from '../records/record.ts';
import { toJsonLine } from '../records/record-json.ts';
import { readSignature, signPayload, toAppSecret } from '../webhook/signature.ts';
import { defaultFormat, type Format, parseFormat, print } from './output.ts';
import { readPayload } from './payload.ts';
import { toPretty } from './show-record.ts';

export function parseCommand(): Command {
  return new Command('parse')
    .description('show the events that a payload becomes, without storing them')
    .argument(
      '<payload.json>',
      'a file, or - for standard input; also a bare {"field", "value"} as the dashboard shows it',
    )
    .option('--format <format>', 'pretty or json (default: pretty on a terminal)', parseFormat)
    .addHelpText(
      'after',
      `
Examples:
  hubcast parse payload.json
  hubcast parse payload.json --format json | jq .event.data.value`,
    )
    .action(parse);
}

/** The same way a webhook takes, with a throw-away secret and a list for a store. */
async function parse(file: string, options: { format?: Format }): Promise<void> {
  const settings = readStoreSettings(process.env);
  const secret = toAppSecret(randomBytes(32).toString('hex'));
  const records: OutgoingRecord[] = [];
  const receive = createReceive({
    append: async (appended) => {
      records.push(...appended);
    },
    appSecrets: [secret],
    app: 'main',
    naming: namingsOf(settings)[0],
    families: settings.PUBLISH_FAMILIES,
  });
  const { body } = readPayload(file);
  const signature = readSignature(signPayload(body, secret));
  await receive({ body, signature, traceparent: undefined, receivedMs: Date.now(), deliveryId: randomUUID() });
  const format = options.format ?? defaultFormat();
  for (const record of records) await print(format === 'json' ? toJsonLine(record) : toPretty(record));
}
