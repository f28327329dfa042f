import type { OrderedWriter } from '../ordered-writer.ts';
import type { Forwarder } from './forwarder.ts';

/**
 * Ends forwarding after the write under way, whose records would otherwise come again after the next start.
 * @param graceMs how long that write is waited for; not at all when Kafka did not take the one before
 */
export async function endForwarding(forwarder: Forwarder, kafka: OrderedWriter, graceMs: number): Promise<void> {
  const stopped = forwarder.stop();
  if (forwarder.problem() === undefined) {
    const { promise: timeUp, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, graceMs);
    await Promise.race([stopped, timeUp]);
    clearTimeout(timer);
  }
  kafka.close();
  await stopped;
}
