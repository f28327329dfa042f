import { randomBytes } from 'node:crypto';
import type { OutgoingRecord } from '../../src/records/record.ts';

/** A record with an id of its own that says its id in its value. */
export function makeRecord(topic: string, changes: Partial<OutgoingRecord> = {}): OutgoingRecord {
  const id = randomBytes(16).toString('hex');
  return {
    id,
    topic,
    key: 'account:15550783881',
    headers: { ce_id: id },
    value: JSON.stringify({ id }),
    timestampMs: Date.now(),
    repeatable: false,
    ...changes,
  };
}
