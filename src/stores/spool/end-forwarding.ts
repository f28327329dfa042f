import { within } from '../../core/time-out.ts';
import type { OrderedWriter } from '../ordered-writer.ts';
import type { Forwarder } from './forwarder.ts';

/**
 * Ends forwarding after the pending write, whose records would otherwise be repeated after the next start.
 * @param graceMs time limit for that write; unused if Kafka rejected the previous write
 */
export async function endForwarding(forwarder: Forwarder, kafka: OrderedWriter, graceMs: number): Promise<void> {
  const stopped = forwarder.stop();
  if (forwarder.problem() === undefined) await within(stopped, graceMs, () => undefined);
  kafka.close();
  await stopped;
}
