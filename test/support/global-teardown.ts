import { existsSync, readFileSync, rmSync } from 'node:fs';
import { howToGetKafka, readKafkaEnvironment } from './kafka-environment.ts';
import { closeKafkaHolder } from './kafka-holder.ts';

export default async function globalTeardown(): Promise<void> {
  await closeKafkaHolder();
  const environment = readKafkaEnvironment();
  const { skippedFile } = environment;
  if (!existsSync(skippedFile)) return;
  const names = readFileSync(skippedFile, 'utf8').trim().split('\n');
  rmSync(skippedFile);
  const what = `SKIPPED ${names.length} KAFKA SUITES (${names.join(', ')}).`;
  process.stderr.write(`\n${what} ${howToGetKafka(environment)}\n`);
}
