/** Kafka for records that are durable elsewhere: written in large groups, each with an outcome of its own. */
import { HubcastError, isHubcastError, messageOf } from '../../core/errors.ts';
import type { OutgoingRecord } from '../../records/record.ts';
import type { OrderedWriter } from '../ordered-writer.ts';
import { type KafkaWriterOptions, openKafkaWriter } from './open-writer.ts';

/** Never fails for want of a broker: outcomes say so, and it goes on trying to reach one. */
export function createOrderedKafkaWriter(options: KafkaWriterOptions): OrderedWriter {
  const { now, writeTimeoutMs } = options;
  const { maxRecords, maxRequests, ...unlimited } = options;
  const writer = openKafkaWriter(unlimited);
  let closed = false;

  /** All records of one call have the same deadline, so that none is stored behind one of its partition that is late. */
  function write(record: OutgoingRecord, untilMs: number): Promise<HubcastError | null> {
    return new Promise((resolve) => {
      writer.write({
        records: [record],
        size: 0,
        get deadlineMs() {
          return closed ? Number.NEGATIVE_INFINITY : untilMs;
        },
        settle: (error) => resolve(error === undefined ? null : toFailure(error)),
      });
    });
  }

  return {
    write(records) {
      const untilMs = now() + writeTimeoutMs;
      return Promise.all(records.map((record) => write(record, untilMs)));
    },
    readiness: writer.readiness,
    close() {
      closed = true;
      writer.close();
    },
  };
}

function toFailure(error: unknown): HubcastError {
  return isHubcastError(error) ? error : new HubcastError('internal', messageOf(error), { cause: error });
}
