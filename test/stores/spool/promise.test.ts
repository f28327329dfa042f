/** The promise over a real process with a spool and a real Kafka: killed with -9 under load, again and again. */
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import type { StoredRecord } from '../../../src/records/record.ts';
import { countWaiting } from '../../../src/stores/journal/check.ts';
import { journalFile } from '../../../src/stores/journal/files.ts';
import { describeKafka } from '../../support/kafka.ts';
import { post } from '../../support/name-update.ts';
import { type RunningService, SECRET, startServe } from '../../support/run-cli.ts';
import { scrape } from '../../support/scrape.ts';
import { until } from '../../support/until.ts';
import { withDataDir } from '../journal/support/scratch.ts';
import { readAll } from '../kafka/support.ts';

const KEYS = 24;
const KILLS = 3;

interface Item {
  readonly key: string;
  readonly value: string;
}

const bodyOf = ({ key, value }: Item) =>
  Buffer.from(
    JSON.stringify({
      object: 'whatsapp_business_account',
      entry: [
        {
          id: '102290129340398',
          time: 1_739_321_024,
          changes: [
            {
              field: 'phone_number_name_update',
              value: { display_phone_number: key, decision: 'APPROVED', requested_verified_name: value },
            },
          ],
        },
      ],
    }),
  );

const itemOf = (record: StoredRecord): Item => {
  const { data } = JSON.parse(record.value);
  return { key: data.value.display_phone_number, value: data.value.requested_verified_name };
};

describeKafka('hubcast serve with SPOOL=on', (kafka) => {
  it('loses nothing, keeps the order of each key and repeats only what was not noted, when it is killed with -9', async () => {
    await withDataDir(async (dataDir) => {
      const prefix = `spool-promise-${process.pid}-${Date.now()}`;
      const env = {
        KAFKA_BROKERS: kafka.brokers.join(','),
        TOPIC_PREFIX: prefix,
        SPOOL: 'on',
        DATA_DIR: dataDir,
        WRITE_TIMEOUT_MS: '15000',
      };
      let service: RunningService = await startServe(env);
      const acknowledged: Item[] = [];
      let running = true;

      /** One number after the other, each sent until it has its 200, as Meta does. */
      async function send(key: string): Promise<void> {
        for (let n = 0; running; n += 1) {
          const item = { key, value: String(n) };
          let status = 0;
          while (status !== 200 && running) {
            status = await post(`${service.publicUrl}/webhook`, bodyOf(item), SECRET).then(
              (response) => response.status,
              () => 0,
            );
            if (status !== 200) await new Promise((resolve) => setTimeout(resolve, 20));
          }
          if (status === 200) acknowledged.push(item);
        }
      }
      const senders = Array.from({ length: KEYS }, (_, n) => send(String(15_550_000_000 + n)));

      let notNoted = 0;
      try {
        for (let kills = 0; kills < KILLS; kills += 1) {
          const enough = acknowledged.length + 200 * (kills + 1);
          await until(() => acknowledged.length >= enough, 30_000);
          await service.end('SIGKILL');
          notNoted += countWaiting(journalFile(dataDir)).records;
          service = await startServe(env);
        }
      } finally {
        running = false;
      }
      await Promise.all(senders);
      await until(async () => (await spoolOf(service)).records === 0);
      const answer = await spoolOf(service);
      expect(answer).toMatchObject({ records: 0, bytes: 0, oldest_age_ms: null, parked: 0 });
      await scrape(service.internalUrl);
      await until(async () => (await scrape(service.internalUrl)).value('hubcast_spool_records') === 0);
      expect(await service.end('SIGTERM')).toBe(0);
      expect(countWaiting(join(dataDir, 'journal.db')).records).toBe(0);

      const read = await readAll(kafka.brokers, [`${prefix}.phone-numbers`]);
      const items = read.map(itemOf);
      const there = new Set(items.map(({ key, value }) => `${key} ${value}`));
      expect(acknowledged.filter(({ key, value }) => !there.has(`${key} ${value}`))).toEqual([]);
      for (const [, ofKey] of Map.groupBy(items, ({ key }) => key)) {
        const firstOnes = [...new Set(ofKey.map(({ value }) => Number(value)))];
        expect(firstOnes).toEqual(firstOnes.map((_, n) => n));
      }
      expect(new Set(read.map(({ headers }) => headers.ce_id)).size).toBe(there.size);
      expect(read.length - there.size).toBeLessThanOrEqual(notNoted);
    });
  }, 120_000);
});

async function spoolOf({ internalUrl }: RunningService) {
  const response = await fetch(`${internalUrl}/ready`);
  return ((await response.json()) as { spool: { records: number } }).spool;
}
