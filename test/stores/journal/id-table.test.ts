import { createHash } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { createIdTable } from '../../../src/stores/journal/id-table.ts';

const viewOf = (id: string) => new DataView(Uint8Array.from(Buffer.from(id, 'hex')).buffer);
const hash = (n: number) => createHash('sha256').update(String(n)).digest('hex').slice(0, 32);

it('holds what a Map would, also where ids begin alike and at the end of the table', () => {
  const table = createIdTable();
  const expected = new Map<string, number>();
  for (let n = 0; n < 3000; n += 1) {
    const start = ['', 'ffffffff', '00000000', 'fffffffe'][n % 4] ?? '';
    const id = `${start}${hash(n % 2500)}`.slice(0, 32);
    const known = expected.get(id);
    expect(table.get(viewOf(id), 0)).toBe(known);
    table.set(viewOf(id), 0, n + 1);
    expected.set(id, n + 1);
  }
  expect(table.size()).toBe(expected.size);
  const found = new Map<string, number>();
  const into = new DataView(new ArrayBuffer(32));
  for (let slot = 0; slot < table.slots(); slot += 1) {
    const timeMs = table.read(slot, into, 16);
    if (timeMs !== undefined) found.set(Buffer.from(into.buffer, 16, 16).toString('hex'), timeMs);
  }
  expect(found).toEqual(expected);
  table.clear();
  expect(table.size()).toBe(0);
  expect([...expected.keys()].filter((id) => table.get(viewOf(id), 0) !== undefined)).toEqual([]);
});

it('is walked nearly in the order of the ids', () => {
  const table = createIdTable();
  for (let n = 0; n < 10_000; n += 1) table.set(viewOf(hash(n)), 0, 1);
  const into = new DataView(new ArrayBuffer(16));
  const firstWords: number[] = [];
  for (let slot = 0; slot < table.slots(); slot += 1)
    if (table.read(slot, into, 0) !== undefined) firstWords.push(into.getUint32(0));
  const steps = firstWords.slice(1).map((word, n) => word - (firstWords[n] ?? 0));
  expect(steps.filter((step) => Math.abs(step) > 2 ** 32 / 500)).toEqual([]);
});
