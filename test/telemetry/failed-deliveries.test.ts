import { describe, expect, it } from '@jest/globals';
import type { ErrorCode } from '../../src/core/errors.ts';
import { createFailedDeliveries, type FailedDelivery, latestOf } from '../../src/telemetry/failed-deliveries.ts';

function failure(outcome: ErrorCode, receivedMs: number, members: Partial<FailedDelivery> = {}): FailedDelivery {
  const unknown = { app: null, accountId: null, field: null, source: null, userAgent: null };
  return { receivedMs, outcome, diagnosis: 'x', bytes: 0, ...unknown, deliveryId: null, traceId: null, ...members };
}

describe('failed deliveries', () => {
  it('keeps the latest ones, and lists the newest first', () => {
    const failed = createFailedDeliveries(3);
    for (const ms of [1, 2, 3, 4, 5]) failed.add(failure('store_unavailable', ms));
    expect(failed.latest().map(({ receivedMs }) => receivedMs)).toEqual([5, 4, 3]);
  });

  it('keeps a rare outcome through a flood of another', () => {
    const failed = createFailedDeliveries(10);
    failed.add(failure('store_unavailable', 0));
    for (let ms = 1; ms <= 1000; ms += 1) failed.add(failure('signature_missing', ms));
    const outcomes = failed.latest().map(({ outcome }) => outcome);
    expect(outcomes).toHaveLength(10);
    expect(outcomes.at(-1)).toBe('store_unavailable');
  });

  it('holds 1,000 entries and 301 characters of each text', () => {
    const failed = createFailedDeliveries();
    const texts = { diagnosis: 'd'.repeat(5000), userAgent: 'u'.repeat(5000) };
    for (let ms = 0; ms < 1500; ms += 1) failed.add(failure('not_found', ms, texts));
    const latest = failed.latest();
    expect(latest).toHaveLength(1000);
    expect(latest[0]?.diagnosis).toHaveLength(301);
    expect(latest[0]?.userAgent).toHaveLength(301);
  });

  it('merges the lists of several processes by time', () => {
    const merged = latestOf([[failure('internal', 3), failure('internal', 1)], [failure('overloaded', 2)]]);
    expect(merged.map(({ receivedMs }) => receivedMs)).toEqual([3, 2, 1]);
  });
});
