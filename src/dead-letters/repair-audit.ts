/** From a repair to the record of it, beside the dead letter. */
import { createHash } from 'node:crypto';
import { type Delivery, dataschemaOf, toRfc3339 } from '../events/event.ts';
import type { Actor } from '../events/system/actor.ts';
import { deadLetterRepaired, type RepairedData } from '../events/system/dead-letter-repaired.ts';
import type { OutgoingRecord, StoredRecord } from '../records/record.ts';
import { type RecordContext, toRecord } from '../records/to-record.ts';
import type { Replayed } from './dead-letter-schemas.ts';

export interface Repaired {
  readonly deadLetter: StoredRecord;
  readonly value: string;
  readonly actor: Actor;
  readonly accountId: string | null;
  readonly events: Replayed['events'];
  readonly nowMs: number;
}

/** @param context of the repaired events; the audit names the POST that brought the dead letter */
export function toRepairAudit(repaired: Repaired, context: RecordContext): OutgoingRecord {
  const { deadLetter, value, actor, accountId, events, nowMs } = repaired;
  const { type, version, family } = deadLetterRepaired;
  const { ce_id: deadLetterId = '', ce_source: source = '/whatsapp' } = deadLetter.headers;
  const valueSha256 = createHash('sha256').update(value).digest('hex');
  const data: RepairedData = {
    field: null,
    test: false,
    account_id: accountId,
    dead_letter_id: deadLetterId,
    actor: { ...actor },
    value_sha256: valueSha256,
    events: [...events],
  };
  const id = createHash('sha256')
    .update(`${type}\n${deadLetterId}\n${valueSha256}\n${nowMs}`)
    .digest('hex')
    .slice(0, 32);
  const { repairedBy: _, ...delivery }: Delivery = context.delivery;
  const record = toRecord(
    {
      id,
      type,
      family,
      key: deadLetter.key,
      source,
      subject: null,
      accountId,
      time: toRfc3339(nowMs),
      dataschema: dataschemaOf(type, version),
      data: JSON.stringify(data),
      repeatable: true,
    },
    { ...context, delivery },
  );
  return { ...record, timestampMs: nowMs };
}
