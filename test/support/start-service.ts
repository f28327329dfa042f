import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startService } from '../../src/app/service.ts';
import { readSettings } from '../../src/config/read-settings.ts';
import { createLog } from '../../src/core/log.ts';
import type { StoredRecord } from '../../src/records/record.ts';
import { readJournal } from '../../src/stores/journal/read-journal.ts';

export const APP_SECRET = 'a4c1f0d2e3b5968778695a4b3c2d1e0f';
export const VERIFY_TOKEN = 'verify-me-1158201444';

export interface TestService {
  /** `http://127.0.0.1:port/webhook` */
  readonly webhookUrl: string;
  readonly publicUrl: string;
  readonly internalUrl: string;
  readonly dataDir: string;
  /** Everything stored so far, in order. */
  readonly records: () => Promise<StoredRecord[]>;
  readonly logText: () => string;
  /** Log lines with this `msg`. */
  readonly logged: (message: string) => Record<string, unknown>[];
  /** Settings that are followed without a restart, as when their files change. */
  readonly reconfigure: (changes: Readonly<Record<string, string>>) => void;
  readonly stop: () => Promise<void>;
  /** Stops and removes the data folder. */
  readonly remove: () => Promise<void>;
}

/** The whole service as `serve` starts it, on free ports and a journal in a folder of its own. */
export async function startTestService(env: Readonly<Record<string, string>> = {}): Promise<TestService> {
  const dataDir = join(tmpdir(), `hubcast-http-${randomUUID()}`);
  const given = {
    ...(env.META_APPS === undefined ? { META_APP_SECRET: APP_SECRET, META_VERIFY_TOKEN: VERIFY_TOKEN } : {}),
    DATA_DIR: dataDir,
    HOST: '127.0.0.1',
    PORT: '0',
    INTERNAL_PORT: '0',
    ...env,
  };
  let settings = readSettings(given);
  const lines: string[] = [];
  const log = createLog('trace', { write: (line: string) => void lines.push(line) });
  const service = await startService(() => settings, log);
  await service.ready;
  return {
    webhookUrl: `${service.publicUrl}/webhook`,
    publicUrl: service.publicUrl ?? '',
    internalUrl: service.internalUrl,
    dataDir,
    records: () => readAll(dataDir),
    logText: () => lines.join(''),
    logged: (message) =>
      lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ msg }) => msg === message),
    reconfigure(changes) {
      settings = readSettings({ ...given, ...changes });
    },
    stop: service.stop,
    async remove() {
      await service.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function readAll(dataDir: string): Promise<StoredRecord[]> {
  const reader = readJournal(dataDir);
  try {
    const records: StoredRecord[] = [];
    for await (const record of reader.read({ topics: reader.topics(), from: 'start', follow: false }))
      records.push(record);
    return records;
  } finally {
    reader.close();
  }
}
