/** One thing that is wrong, by its place in the event: `data.value.decision`. */
export interface DecodeIssue {
  readonly path: string;
  readonly message: string;
}

/** Why a record is no event. Decide by this, not by the message. */
export type DecodeReason =
  /** Without a value: a tombstone of a compacted topic, which removes its key. */
  | 'no_value'
  /** Neither bytes nor text, or bytes that are not UTF-8. */
  | 'not_text'
  | 'not_json'
  /** JSON, and not a CloudEvent as hubcast writes it. */
  | 'not_an_event'
  /** An event whose members are not what its type promises. */
  | 'wrong_shape'
  /** The headers say something else than the value. */
  | 'wrong_headers';

export class EventDecodeError extends Error {
  readonly reason: DecodeReason;
  /** The part of the record that is wrong. */
  readonly part: 'value' | 'headers';
  readonly issues: readonly DecodeIssue[];

  constructor(reason: DecodeReason, message: string, issues: readonly DecodeIssue[] = []) {
    super(message);
    this.name = 'EventDecodeError';
    this.reason = reason;
    this.part = reason === 'wrong_headers' ? 'headers' : 'value';
    this.issues = issues;
  }
}
