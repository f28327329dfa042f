/** The audit finds each kind of loss, and nothing where nothing is wrong. */
import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '../../src/sdk/testing/seeded-random.ts';
import { type AuditOptions, audit, type FoundRecord, isClean } from './audit.ts';
import { type Item, makeBodies } from './bodies.ts';
import type { Obligation } from './sender.ts';

const OPTIONS: AuditOptions = { exactlyOnce: false };
const item = (number: number, key = 'one'): Item => {
  const marker = `ledger-test-${number}`;
  return { marker, family: 'messages', key, value: { id: marker } };
};

function obligation(items: Item[], sent: number, acked: number | null, more: Partial<Obligation> = {}): Obligation {
  return { items, sent, acked, ackedMs: acked, lives: new Set(['0:0']), exposed: false, ...more };
}

function record({ marker, family, key, value }: Item, offset: number, more: Partial<FoundRecord> = {}): FoundRecord {
  const id = `id-${marker}`;
  const payload = JSON.stringify({ id, data: { value } });
  return { family, partition: 0, offset, key, id, type: 'whatsapp.messages.message', payload, ...more };
}

const [a, b, c] = [item(1), item(2), item(3)];

describe('the audit', () => {
  it('finds nothing wrong where all is kept in order', () => {
    const found = audit(
      [obligation([a, b], 1, 2), obligation([c], 3, 4)],
      [record(a, 0), record(b, 1), record(c, 2)],
      OPTIONS,
    );
    expect(found).toMatchObject({ obligations: 3, events: 3, duplicates: 0, bound: 0 });
    expect(isClean(found)).toBe(true);
  });

  it('misses what was acknowledged, and not what was not', () => {
    const found = audit([obligation([a, b], 1, 2), obligation([c], 3, null)], [record(a, 0)], OPTIONS);
    expect(found.missing).toEqual([b.marker]);
    expect(isClean(found)).toBe(false);
  });

  it.each<[string, Partial<FoundRecord>]>([
    [
      'another value',
      { payload: JSON.stringify({ id: `id-${a.marker}`, data: { value: { id: a.marker, more: 1 } } }) },
    ],
    ['another key', { key: 'two' }],
    ['another topic', { family: 'calls' }],
    ['another id in its header', { id: 'id-else' }],
    ['no event at all', { payload: null }],
    ['something never sent', { payload: JSON.stringify({ id: 'x', data: { value: 'ledger-test-99' } }) }],
  ])('sees %s', (_about, change) => {
    const found = audit([obligation([a], 1, 2)], [record(a, 0, change)], OPTIONS);
    expect(found.altered).toHaveLength(1);
    expect(isClean(found)).toBe(false);
  });

  it('sees one id on two contents', () => {
    const sharing = ({ value }: Item) => ({ id: 'shared', payload: JSON.stringify({ id: 'shared', data: { value } }) });
    const records = [record(a, 0, sharing(a)), record(b, 1, sharing(b))];
    const found = audit([obligation([a, b], 1, 2)], records, OPTIONS);
    expect(found.altered).toEqual([expect.stringContaining('is that of ledger-test-1 and of ledger-test-2')]);
  });

  it('sees an event before one that was acknowledged before it was sent', () => {
    const obligations = [obligation([a], 1, 2), obligation([b], 3, 4)];
    expect(audit(obligations, [record(b, 0), record(a, 1)], OPTIONS).disordered).toEqual([b.marker]);
    const overlapping = [obligation([a], 1, 4), obligation([b], 3, 5)];
    expect(audit(overlapping, [record(b, 0), record(a, 1)], OPTIONS).disordered).toEqual([]);
    const otherKey = item(2, 'two');
    const apart = [obligation([a], 1, 2), obligation([otherKey], 3, 4)];
    expect(audit(apart, [record(otherKey, 0), record(a, 1)], OPTIONS).disordered).toEqual([]);
  });

  it('sees events of one body out of their order', () => {
    expect(audit([obligation([a, b], 1, 2)], [record(b, 0), record(a, 1)], OPTIONS).disordered).toEqual([a.marker]);
  });

  it('counts a late copy as a duplicate, allowed only where a write may have failed, and never in the journal', () => {
    const records = [record(a, 0), record(b, 1), record(a, 2)];
    const exposed = [obligation([a], 1, 2, { exposed: true }), obligation([b], 3, 4)];
    expect(audit(exposed, records, OPTIONS)).toMatchObject({ duplicates: 1, bound: 1, excess: [], disordered: [] });
    const quick = [obligation([a], 1, 2), obligation([b], 3, 4)];
    expect(audit(quick, records, OPTIONS).excess).toEqual([a.marker]);
    expect(audit(exposed, records, { exactlyOnce: true }).excess).toEqual([a.marker]);
  });

  it('excuses what a deleted topic held, and only that', () => {
    const obligations = [obligation([a], 1, 2), obligation([b], 3, 40)];
    const found = audit(obligations, [], { ...OPTIONS, deleted: { family: 'messages', untilMs: 10 } });
    expect(found).toMatchObject({ excused: 1, missing: [b.marker] });
  });

  it('joins the chunks of a record that its topic refused', () => {
    const value = { id: a.marker, from: '1650' };
    const data = { account_id: '1', phone_number: { id: 'p' }, value };
    const bytes = Buffer.from(JSON.stringify({ id: 'event', data }));
    const chunk = (number: number, part: Buffer) => {
      const about = { chunk: { event_id: 'event', number, count: 2 }, body_base64: part.toString('base64') };
      const payload = JSON.stringify({ id: `chunk-${number}`, data: about });
      return record(a, number, { family: 'dead-letter', key: '1', type: 'whatsapp.dead_letter', payload });
    };
    const obligations = [obligation([{ ...a, key: 'p:1650', value }], 1, 2)];
    const chunks = [chunk(1, bytes.subarray(0, 20)), chunk(2, bytes.subarray(20))];
    expect(isClean(audit(obligations, chunks, OPTIONS))).toBe(true);
    expect(audit(obligations, chunks.slice(1), OPTIONS).missing).toEqual([a.marker]);
  });
});

it('the same seed makes the same bodies, of every family the ledger knows', () => {
  const make = () => {
    const bodies = makeBodies('same', seededRandom(7));
    return Array.from({ length: 300 }, (_, index) => bodies.next(index % 8));
  };
  expect(make()).toEqual(make());
  const families = new Set(make().flatMap(({ items }) => items.map(({ family }) => family)));
  expect([...families].toSorted()).toEqual(['dead-letter', 'message-statuses', 'messages', 'phone-numbers', 'unknown']);
});
