/** What a store keeps and gives back: the shapes on both sides of Kafka and of the journal. */

/** A record on its way into a store. */
export interface OutgoingRecord {
  /** Event id: 32 hex digits. The same id means the same content. */
  readonly id: string;
  /** Tells a repetition where the id alone does not: what two Meta apps deliver is stored for each. 32 hex digits. */
  readonly dedupeKey?: string;
  readonly topic: string;
  /** Decides the partition. Null spreads by topic alone (partition 0 in the journal). */
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
  /**
   * A CloudEvent in JSON structured mode: well-formed Unicode, no lone surrogates. Empty: a tombstone, which has no
   * value in Kafka and removes its key from a compacted topic.
   */
  readonly value: string;
  /** Receipt time in ms since 1970; becomes the Kafka timestamp. */
  readonly timestampMs: number;
  /** True where the same id must be stored again each time: Meta's Test button, repaired dead letters. */
  readonly repeatable: boolean;
  /** Of a repeatable one: its id is known from then on, so that Meta's own retry does not store it once more. */
  readonly remembered?: true;
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

/**
 * Where a reader stands: the offset of the next record of each partition, as decimal text, by `positionName`. A
 * partition without one is read from its first record.
 */
export type Positions = ReadonlyMap<string, string>;

export function positionName(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}

/**
 * Where a reader begins: the first record kept, the records to come, those received at or after a time (ms), or where
 * another reader stood.
 */
export type ReadFrom = 'start' | 'end' | { readonly timestampMs: number } | { readonly positions: Positions };

export interface ReadOptions {
  readonly topics: readonly string[];
  readonly from: ReadFrom;
  /** True: wait for new records. False: end after what was there when reading began. */
  readonly follow: boolean;
  readonly signal?: AbortSignal;
}

/** Reads records of several topics, in order within each partition. Ends early and quietly when `signal` aborts. */
export type ReadRecords = (options: ReadOptions) => AsyncIterable<StoredRecord>;

/** Where reading backwards stands: for each lane the offset before which it goes on, as a decimal string. */
export type Bounds = Readonly<Record<string, string>>;

/** All records of a journal keep their order among each other, whatever their topic. */
export const JOURNAL_LANE = 'journal';

/** Records that keep their order among each other: a partition of Kafka's, `<topic>/<partition>`, or the journal. */
export interface Lane {
  readonly name: string;
  /** In the order stored. */
  readonly records: readonly StoredRecord[];
  /** Older records are before this offset. */
  readonly bound: string;
  /** False at the first record that is kept. */
  readonly more: boolean;
}

export interface ReadBackOptions {
  readonly topics: readonly string[];
  /** A lane that is not named here is read from its end. */
  readonly before: Bounds;
  /** Records of each lane, or somewhat fewer. */
  readonly count: number;
  /** Only these lanes. */
  readonly lanes?: ReadonlySet<string>;
  /** Records before the first one that was received at this time or later are not needed. */
  readonly sinceMs?: number | undefined;
  /** Records after the last one that was received before this time are not needed; a store may give them all the same. */
  readonly untilMs?: number | undefined;
}

/** One step backwards, in each lane: the latest records before a bound. */
export type ReadBack = (options: ReadBackOptions) => Promise<readonly Lane[]>;
