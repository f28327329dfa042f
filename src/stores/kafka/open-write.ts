import { HubcastError } from '../../core/errors.ts';
import type { OutgoingRecord } from '../../records/record.ts';
import type { Write } from '../open-requests.ts';

/** A pending record, and the write it belongs to. */
export interface Item {
  readonly record: OutgoingRecord;
  readonly write: OpenWrite;
  /** True for a dead letter that replaces a refused record. */
  readonly isDeadLetter: boolean;
}

/** A pending write. It settles when its last record is stored or its first record fails. */
export class OpenWrite {
  readonly #write: Write;
  #left: number;
  #isOpen = true;

  constructor(write: Write) {
    this.#write = write;
    this.#left = write.records.length;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get deadlineMs(): number {
    return this.#write.deadlineMs;
  }

  items(): Item[] {
    return this.#write.records.map((record) => ({ record, write: this, isDeadLetter: false }));
  }

  stored(): void {
    this.#left -= 1;
    if (this.#left === 0) this.#settle();
  }

  failed(error: HubcastError): void {
    this.#settle(error);
  }

  /** Replaces a refused record by its dead letters. */
  replaced(record: OutgoingRecord, deadLetters: readonly OutgoingRecord[]): Item[] {
    if (deadLetters.length === 0) {
      const message = `The broker refuses event ${record.id} for topic ${record.topic}, and no dead letter was made of it.`;
      this.#settle(new HubcastError('record_refused', message));
    }
    this.#left += deadLetters.length - 1;
    return deadLetters.map((deadLetter) => ({ record: deadLetter, write: this, isDeadLetter: true }));
  }

  #settle(error?: HubcastError): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#write.settle(error);
  }
}
