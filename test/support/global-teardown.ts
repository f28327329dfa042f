import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { readKafkaEnvironment } from './kafka-environment.ts';
import { closeKeeper } from './kafka-keeper.ts';

export default async function globalTeardown(): Promise<void> {
  await closeKeeper();
  const { form, skippedFile } = readKafkaEnvironment();
  if (existsSync(skippedFile)) {
    const names = readFileSync(skippedFile, 'utf8').trim().split('\n');
    const why = form.how === 'none' ? form.why : '';
    process.stderr.write(
      `\nSKIPPED ${names.length} KAFKA SUITES (${names.join(', ')}). ${why} Install Docker, or Java 17 and Maven, or set KAFKA_BROKERS.\n`,
    );
  }
  rmSync(dirname(skippedFile), { recursive: true, force: true });
}
