import { expect, it } from '@jest/globals';
import { readSettings } from '../../src/config/read-settings.ts';
import { forwardJournal } from '../../src/forward.ts';
import { openTestJournal, withDataDir } from '../journal/support/scratch.ts';
import { log } from '../kafka/support.ts';
import { makeRecord } from '../store/make-record.ts';

it('"hubcast forward" says what keeps Kafka away, also when it is given up before a write has ended', async () => {
  await withDataDir(async (dataDir) => {
    const journal = await openTestJournal(dataDir);
    await journal.append([makeRecord('t')]);
    await journal.close();
    const env = { DATA_DIR: dataDir, KAFKA_BROKERS: '127.0.0.1:1', META_APP_SECRET: 's', META_VERIFY_TOKEN: 't' };
    const signal = new AbortController().signal;
    const summary = await forwardJournal(readSettings(env), log, {
      ...{ parked: false, patienceMs: 500, signal },
      onProgress: () => undefined,
    });
    expect(summary).toMatchObject({ forwarded: 0, left: 1, problem: expect.stringContaining('ECONNREFUSED') });
  });
});
