import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeKafkaEnvironment } from './kafka-environment.ts';
import { openKafkaHolder } from './kafka-holder.ts';

export default async function globalSetup(): Promise<void> {
  await writeKafkaEnvironment(await openKafkaHolder(), join(tmpdir(), `hubcast-tests-${process.pid}-skipped`));
}
