import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeKafkaEnvironment } from './kafka-environment.ts';
import { openKeeper } from './kafka-keeper.ts';

export default async function globalSetup(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'hubcast-tests-'));
  await writeKafkaEnvironment(await openKeeper(), join(folder, 'skipped-suites'));
}
