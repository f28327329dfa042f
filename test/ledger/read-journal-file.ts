/**
 * Reads a journal's file as its format is documented (src/stores/journal/schema.ts and batch-format.ts), with code of its own: the
 * service's reader cannot cover up for its writer.
 */
import { DatabaseSync } from 'node:sqlite';
import type { FoundRecord } from './audit.ts';

export function readJournalFile(file: string, prefix: string): FoundRecord[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const check = database.prepare('PRAGMA integrity_check').get()?.integrity_check;
    if (check !== 'ok') throw new Error(`SQLite finds ${file} damaged: ${check}`);
    const records: FoundRecord[] = [];
    const rows = database.prepare(
      'SELECT first_offset, last_offset, records, content FROM batches ORDER BY last_offset',
    );
    for (const { first_offset, last_offset, records: count, content } of rows.iterate()) {
      const batch = decode(content as Uint8Array, Number(first_offset), prefix);
      if (batch.length !== count)
        throw new Error(`Batch ${last_offset} says ${count} records and holds ${batch.length}.`);
      records.push(...batch);
    }
    return records;
  } finally {
    database.close();
  }
}

function decode(blob: Uint8Array, firstOffset: number, prefix: string): FoundRecord[] {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  const text = (from: number, to: number) => utf8.decode(blob.subarray(from, to));
  if (view.getUint8(0) !== 1) throw new Error(`A batch has format ${view.getUint8(0)}; this reader knows 1.`);
  let at = 3;
  const topics = Array.from({ length: view.getUint16(1, true) }, () => {
    const end = at + 2 + view.getUint16(at, true);
    const name = text(at + 2, end);
    at = end;
    return name;
  });
  const records: FoundRecord[] = [];
  while (at < blob.byteLength) {
    const end = at + view.getUint32(at, true);
    const keyLength = view.getInt32(at + 18, true);
    const keyAt = at + 26;
    const headersAt = keyAt + Math.max(0, keyLength);
    const valueAt = headersAt + view.getUint32(at + 22, true);
    const headers = JSON.parse(text(headersAt, valueAt)) as Record<string, string>;
    records.push({
      family: (topics[view.getUint16(at + 16, true)] ?? '').slice(prefix.length + 1),
      partition: 0,
      offset: firstOffset + view.getUint32(at + 4, true),
      key: keyLength < 0 ? null : text(keyAt, headersAt),
      id: headers.ce_id ?? null,
      type: headers.ce_type ?? null,
      payload: text(valueAt, end),
    });
    at = end;
  }
  return records;
}
