/** Writes records that are durable elsewhere to Kafka, in large groups, with one outcome for each record. */
import { HubcastError, isHubcastError, messageOf } from '../../core/errors.ts';
import type { OutgoingRecord } from '../../records/record.ts';
import type { OrderedWriter } from '../ordered-writer.ts';
import { type KafkaWriterOptions, openKafkaWriter } from './open-writer.ts';

/** Opens without a broker too: the outcomes report its absence, and the writer keeps trying to connect. */
export function createOrderedKafkaWriter(options: KafkaWriterOptions): OrderedWriter {
  const { now, writeTimeoutMs } = options;
  const { maxRecords, maxRequests, ...unlimited } = options;
  const writer = openKafkaWriter(unlimited);
  let closed = false;

  /** All records of one call have the same deadline, so that no record is stored after an earlier one of its partition has timed out. */
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
