/** What a store keeps and gives back: the shapes on both sides of Kafka and of the journal. */

/** A record on its way into a store. */
export interface OutgoingRecord {
  /** Event id: 32 hex digits. The same id means the same content. */
  readonly id: string;
  /** Tells a repetition where the id alone does not: what two Meta apps deliver is stored for each. 32 hex digits. */
  readonly repetitionId?: string;
  readonly topic: string;
  /** Decides the partition. Null spreads by topic alone (partition 0 in the journal). */
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
  /** A CloudEvent in JSON structured mode: well-formed Unicode, no lone surrogates. */
  readonly value: string;
  /** Receipt time in ms since 1970; becomes the Kafka timestamp. */
  readonly timestampMs: number;
  /** True where the same id must be stored again each time: Meta's Test button, repaired dead letters. */
  readonly repeatable: boolean;
}

/** A record as it was read back. */
export interface StoredRecord {
  readonly topic: string;
  /** Always 0 in the journal. */
  readonly partition: number;
  /** Rises within a partition, may have gaps, never restarts. A decimal string, as Kafka's 64 bits exceed 2^53. */
  readonly offset: string;
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: string;
  readonly timestampMs: number;
}

/** Where a reader begins: the first record kept, the records to come, or those received at or after a time (ms). */
export type ReadFrom = 'start' | 'end' | { readonly timestampMs: number };

export interface ReadOptions {
  readonly topics: readonly string[];
  readonly from: ReadFrom;
  /** True: wait for new records. False: end after what was there when reading began. */
  readonly follow: boolean;
  readonly signal?: AbortSignal;
}

/** Reads records of several topics, in order within each partition. Ends early and quietly when `signal` aborts. */
export type ReadRecords = (options: ReadOptions) => AsyncIterable<StoredRecord>;
