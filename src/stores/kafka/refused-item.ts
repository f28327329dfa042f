import { HubcastError, messageOf } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import type { OutgoingRecord } from '../../records/record.ts';
import type { StoreMeter } from '../store.ts';
import { describeKafkaError } from './errors.ts';
import type { Item } from './open-write.ts';
import { BATCH_OVERHEAD_BYTES } from './record-bytes.ts';

export interface RefusedItemOptions {
  /**
   * Turns a permanently refused record into records for the dead-letter topic. Each must take at most
   * `limitBytes` there, measured by `recordBytes`.
   */
  readonly deadLetter: (refused: OutgoingRecord, limitBytes: number) => readonly OutgoingRecord[];
  readonly log: Logger;
  readonly meter?: StoreMeter | undefined;
}

/** Replaces a permanently refused record by its dead letters. A refused dead letter fails its write. */
export function toDeadLetters(
  { record, write, isDeadLetter }: Item,
  error: unknown,
  maxBatchBytes: number,
  { deadLetter, log, meter }: RefusedItemOptions,
): readonly Item[] {
  const reason = describeKafkaError(error);
  if (isDeadLetter) {
    const message = `Kafka refuses a dead letter for topic ${record.topic}: ${reason}`;
    write.failed(new HubcastError('record_refused', message, { cause: error }));
    return [];
  }
  try {
    const deadLetters = deadLetter(record, maxBatchBytes - BATCH_OVERHEAD_BYTES);
    log.warn(
      { topic: record.topic, id: record.id, characters: record.value.length, deadLetters: deadLetters.length },
      `Kafka refuses an event, it is stored as dead letters: ${reason}`,
    );
    meter?.refused();
    return write.replaced(record, deadLetters);
  } catch (failure) {
    const message = `Kafka refuses event ${record.id} for topic ${record.topic} (${reason}), and no dead letter could be made of it: ${messageOf(failure)}`;
    write.failed(new HubcastError('record_refused', message, { cause: failure }));
    return [];
  }
}
