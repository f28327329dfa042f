import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeKafkaEnvironment } from './kafka-environment.ts';
import { openKeeper } from './kafka-keeper.ts';

export default async function globalSetup(): Promise<void> {
  await writeKafkaEnvironment(await openKeeper(), join(tmpdir(), `hubcast-tests-${process.pid}-skipped`));
}
