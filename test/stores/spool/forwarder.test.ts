import { describe, expect, it } from '@jest/globals';
import { HubcastError } from '../../../src/core/errors.ts';
import { endForwarding } from '../../../src/stores/spool/end-forwarding.ts';
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
    async advance({ position, ahead }) {
      if (broken.advance) throw new Error('the disk is full');
      positions.push(position);
      // What the position covers is not listed beside it.
      expect(ahead.filter((offset) => offset <= position)).toEqual([]);
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

describe('the end of forwarding', () => {
  const AWAY = new HubcastError('store_unavailable', 'Kafka is away.');

  /** A forwarder of one record, whose writes end when the test says how. */
  function forwardOne() {
    const steps: string[] = [];
    const writes: ((outcome: HubcastError | null) => void)[] = [];
    const source: Source = {
      take: async (after) => ({ records: after < 1 ? [{ ...makeRecord('t'), offset: 1 }] : [], upTo: 1, more: false }),
      advance: async ({ position }) => void steps.push(`noted ${position}`),
      backlog: async () => ({ position: 0, ahead: [], records: 1, bytes: 1, counted: true, oldestMs: 0, parked: 0 }),
    };
    const write = () => new Promise<(HubcastError | null)[]>((end) => writes.push((outcome) => end([outcome])));
    const forwarder = new Forwarder({ source, write, trim: true, log });
    const readiness = async () => ({ ready: true }) as const;
    /** As the real one does: what is under way fails. */
    const close = () => {
      steps.push('closed');
      writes.at(-1)?.(AWAY);
    };
    return { steps, writes, forwarder, kafka: { write, readiness, close } };
  }

  it('comes after the write under way, and its position', async () => {
    const { steps, writes, forwarder, kafka } = forwardOne();
    await until(() => writes.length === 1);
    const ended = endForwarding(forwarder, kafka, 60_000);
    writes[0]?.(null);
    await ended;
    expect(steps).toEqual(['noted 1', 'closed']);
  });

  it('does not wait for the next write where Kafka failed the one before', async () => {
    const { steps, writes, forwarder, kafka } = forwardOne();
    await until(() => writes.length === 1);
    writes[0]?.(AWAY);
    await until(() => writes.length === 2);
    await endForwarding(forwarder, kafka, 60_000);
    expect(steps).toEqual(['closed']);
  });
});
