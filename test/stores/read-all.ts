import type { ReadFrom, ReadRecords, StoredRecord } from '../../src/records/record.ts';

export async function readAll(read: ReadRecords, topic: string, from: ReadFrom = 'start'): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  for await (const record of read({ topics: [topic], from, follow: false })) records.push(record);
  return records;
}

export const valuesOf = (records: readonly { readonly value: string }[]): string[] => records.map(({ value }) => value);
