import { expect, it } from '@jest/globals';
import { Forwarder } from '../../../src/stores/spool/forwarder.ts';
import type { Source, SpooledRecord } from '../../../src/stores/spool/source.ts';
import { until } from '../../support/until.ts';
import { log } from '../kafka/support.ts';
import { makeRecord } from '../make-record.ts';

it('reports that the journal cannot be read or written, keeps trying, and loses no record', async () => {
  const records: SpooledRecord[] = [1, 2, 3].map((offset) => ({ ...makeRecord('t'), offset }));
  const broken = { take: true, advance: true };
  const positions: number[] = [];
  const source: Source = {
    async take(after) {
      if (broken.take) throw new Error('a batch is damaged');
      return { records: records.filter(({ offset }) => offset > after), upTo: 3, more: false };
    },
    async advance({ position }) {
      if (broken.advance) throw new Error('the disk is full');
      positions.push(position);
    },
    backlog: async () => ({ position: 0, ahead: [], records: 3, bytes: 3, counted: true, oldestMs: 0, parked: 0 }),
  };
  const written: SpooledRecord[] = [];
  const forwarder = new Forwarder({
    source,
    write: async (some) => {
      written.push(...(some as readonly SpooledRecord[]));
      return some.map(() => null);
    },
    trim: true,
    log,
  });
  await until(() => forwarder.problem() === 'The spool could not read the journal: a batch is damaged');
  broken.take = false;
  await until(() => forwarder.problem() === 'The spool could not note the position: the disk is full');
  broken.advance = false;
  await forwarder.caughtUp();
  expect(forwarder.problem()).toBeUndefined();
  expect(written.map(({ offset }) => offset)).toEqual([1, 2, 3]);
  expect(positions.at(-1)).toBe(3);
  await forwarder.stop();
});
