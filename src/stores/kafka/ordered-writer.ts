/** Kafka for records that are durable elsewhere: written in large groups, each with an outcome of its own. */
import { HubcastError, isHubcastError, messageOf } from '../../core/errors.ts';
import type { Write } from '../group-commit.ts';
import type { OrderedWriter } from '../ordered-writer.ts';
import { type KafkaWriterOptions, openKafkaWriter } from './open-writer.ts';

/** Never fails for want of a broker: outcomes say so, and it goes on trying to reach one. */
export function createOrderedKafkaWriter(options: KafkaWriterOptions): OrderedWriter {
  const { now, writeTimeoutMs } = options;
  const writer = openKafkaWriter(options, true);
  let closed = false;

  return {
    async write(records) {
      const outcomes = new Array<HubcastError | null>(records.length).fill(NOT_TRIED);
      const untilMs = now() + writeTimeoutMs;
      const group = records.map(
        (record, index): Write => ({
          records: [record],
          size: 0,
          get deadlineMs() {
            return closed ? Number.NEGATIVE_INFINITY : untilMs;
          },
          settle(error) {
            outcomes[index] = error === undefined ? null : toFailure(error);
          },
        }),
      );
      try {
        await writer.writeGroup(group);
      } catch (error) {
        const failure = toFailure(error);
        return outcomes.map((outcome) => (outcome === NOT_TRIED ? failure : outcome));
      }
      return outcomes;
    },
    readiness: writer.readiness,
    close() {
      closed = true;
      writer.close();
    },
  };
}

const NOT_TRIED = new HubcastError('store_unavailable', 'Kafka was not tried.');

function toFailure(error: unknown): HubcastError {
  return isHubcastError(error) ? error : new HubcastError('internal', messageOf(error), { cause: error });
}
