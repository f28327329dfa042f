import { within } from '../../core/time-out.ts';
import type { OrderedWriter } from '../ordered-writer.ts';
import type { Forwarder } from './forwarder.ts';

/**
 * Ends forwarding after the write under way, whose records would otherwise come again after the next start.
 * @param graceMs how long that write is waited for; not at all when Kafka did not take the one before
 */
export async function endForwarding(forwarder: Forwarder, kafka: OrderedWriter, graceMs: number): Promise<void> {
  const stopped = forwarder.stop();
  if (forwarder.problem() === undefined) await within(stopped, graceMs, () => undefined);
  kafka.close();
  await stopped;
}
