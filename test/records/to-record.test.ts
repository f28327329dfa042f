import { describe, expect, it } from '@jest/globals';
import { planTopics } from '../../src/records/topic-plans.ts';
import { traceparentOf } from '../../src/records/traceparent.ts';

describe('traceparentOf', () => {
  const deliveryId = '5f0c9d2e-7a31-4b8e-9c64-2d1e3f405162';

  it('passes on the trace of the request', () => {
    const header = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    expect(traceparentOf(header, deliveryId)).toBe(header);
  });

  it.each([
    undefined,
    'nonsense',
    '00-00000000000000000000000000000000-00f067aa0ba902b7-01',
    '00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01',
    '00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01',
    '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\nx: y',
  ])('begins a trace named after the delivery for %s', (header) => {
    expect(traceparentOf(header, deliveryId)).toBe('00-5f0c9d2e7a314b8e9c642d1e3f405162-9c642d1e3f405162-00');
  });
});

describe('planTopics', () => {
  it('names topics by prefix, or by their own name', () => {
    const topics = planTopics({ prefix: 'acme.wa', names: { unknown: 'rest' } }, ['phone-numbers', 'unknown']);
    expect(topics.map(({ name }) => name)).toEqual(['acme.wa.phone-numbers', 'rest', 'acme.wa.dead-letter']);
  });

  it('always plans the dead-letter topic', () => {
    expect(planTopics({ prefix: 'w', names: {} }, ['unknown']).map(({ family }) => family)).toEqual([
      'unknown',
      'dead-letter',
    ]);
  });
});
