import { join } from 'node:path';
import { ensureJars, JAVA_OPTIONS, javaCommand, whyNoJars } from './jars.ts';
import { runWithInput } from './run-with-input.ts';

/**
 * The partitions that the Java producer gives these keys.
 *
 * @returns null, and a line on stderr, where there is no Java or no way to the jars
 */
export async function javaPartitions(keys: readonly (string | Buffer)[], count: number): Promise<number[] | null> {
  const reason = await whyNoJars();
  if (reason !== null) {
    process.stderr.write(`SKIPPED: partitions are not compared with the Java client's: ${reason}.\n`);
    return null;
  }
  await ensureJars();
  const source = join(import.meta.dirname, 'Partitions.java');
  // Base64, so that a key may hold a line break or no characters at all.
  const input = keys.map((key) => `${Buffer.from(key).toString('base64')}\n`).join('');
  const output = await runWithInput(javaCommand(), [...JAVA_OPTIONS, source, String(count)], input);
  return output.trim().split('\n').filter(Boolean).map(Number);
}
