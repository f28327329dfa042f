/** Which body keeps its reservation and which is evicted, by a clock the test moves. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HubcastError } from '../../../src/core/errors.ts';
import { type Admission, createAdmission } from '../../../src/http/server/admission.ts';

const MAX_BYTES = 1_000_000;
let nowMs = 0;
let admission: Admission;
let cut: string[] = [];

beforeEach(() => {
  nowMs = 0;
  cut = [];
  admission = createAdmission({ maxBytes: MAX_BYTES, maxRequests: 100 }, () => nowMs);
});

function admit(name: string, announcedBytes: number | null) {
  const reservation = admission.admit(announcedBytes);
  return {
    ...reservation,
    reserve: (bytes: number) => reservation.reserve(bytes, (error: HubcastError) => cut.push(`${name} ${error.code}`)),
  };
}

const refused = expect.objectContaining({ code: 'overloaded' });

function codeOf(act: () => void): unknown {
  try {
    act();
    return 'taken';
  } catch (error) {
    return error;
  }
}

describe('a body that arrived whole', () => {
  it('never gives way, however long it waits for the store', () => {
    const whole = admit('whole', 600_000);
    whole.reserve(600_000);
    const inChunks = admit('chunked', null);
    inChunks.reserve(300_000);
    whole.complete();
    inChunks.complete();
    nowMs = 60_000;
    expect(codeOf(() => admit('late', 200_000))).toEqual(refused);
    expect(codeOf(() => admit('late', null).reserve(200_000))).toEqual(refused);
    expect(cut).toEqual([]);
    expect(admission.bytes()).toBe(900_000);
  });

  it('may become whole by a last piece that others stand in the way of', () => {
    const last = admit('last', 700_000);
    last.reserve(600_000);
    nowMs = 1;
    admit('parked', null).reserve(400_000);
    nowMs = 1000;
    last.reserve(100_000);
    expect(cut).toEqual(['parked overloaded']);
    expect(admission.bytes()).toBe(700_000);
  });
});

describe('an unfinished body', () => {
  it('that stalls is evicted, the longest-stalled first, and no more of them than needed', () => {
    for (const name of ['first', 'second', 'third']) {
      admit(name, 400_000).reserve(300_000);
      nowMs += 10;
    }
    nowMs = 1000;
    admit('honest', 500_000).reserve(200_000);
    expect(cut).toEqual(['first overloaded']);
    expect(admission.bytes()).toBe(800_000);
  });

  it('keeps its reservation while no other body needs it', () => {
    admit('parked', 400_000).reserve(300_000);
    nowMs = 20_000;
    admit('honest', 500_000).reserve(500_000);
    expect(cut).toEqual([]);
  });

  it('is not cut for what is only announced, nor for what would not fit even then', () => {
    admit('whole', 600_000).reserve(600_000);
    admit('parked', 400_000).reserve(300_000);
    nowMs = 1000;
    admit('announced', 400_000);
    expect(codeOf(() => admit('late', null).reserve(500_000))).toEqual(refused);
    expect(cut).toEqual([]);
  });

  it('that has just sent something is not cut for a newcomer', () => {
    const busy = admit('busy', 900_000);
    busy.reserve(800_000);
    nowMs = 1000;
    busy.reserve(5_000);
    nowMs = 1100;
    expect(codeOf(() => admit('late', 500_000))).toEqual(refused);
    expect(cut).toEqual([]);
  });

  it('does not keep its room by single bytes, nor by taking room from others itself', () => {
    const dribbler = admit('dribbler', 900_000);
    const other = admit('other', 900_000);
    dribbler.reserve(500_000);
    nowMs = 1;
    other.reserve(500_000);
    for (; nowMs < 300; nowMs += 50) expect(codeOf(() => dribbler.reserve(1))).toEqual(refused);
    expect(cut).toEqual([]);
    admit('honest', 400_000).reserve(400_000);
    expect(cut).toEqual(['dribbler overloaded']);
  });

  it('does not keep its room by steps either: it has to double', () => {
    const steady = admit('steady', 900_000);
    steady.reserve(500_000);
    for (let step = 0; step < 20; step += 1) {
      nowMs += 100;
      steady.reserve(4096);
    }
    admit('honest', 500_000).reserve(500_000);
    expect(cut).toEqual(['steady overloaded']);
  });

  it('that arrives at 50 kB/s outlives stalled ones', () => {
    const slow = admit('slow', 500_000);
    for (let step = 0; step < 50; step += 1) {
      nowMs += 100;
      slow.reserve(5_000);
    }
    admit('parked', 700_000).reserve(600_000);
    for (let step = 0; step < 3; step += 1) {
      nowMs += 100;
      slow.reserve(5_000);
    }
    admit('honest', 400_000).reserve(400_000);
    expect(cut).toEqual(['parked overloaded']);
  });
});

describe('a request', () => {
  beforeEach(() => {
    admission = createAdmission({ maxBytes: MAX_BYTES, maxRequests: 2 }, () => nowMs);
  });

  function whole(name: string) {
    const reservation = admit(name, 100);
    reservation.reserve(100);
    reservation.complete();
    return reservation;
  }

  it('is rejected while as many as allowed wait for the store, and admitted once one of them is answered', () => {
    const first = whole('first');
    whole('second');
    nowMs = 60_000;
    expect(codeOf(() => admit('third', 100))).toEqual(refused);
    first.release();
    expect(codeOf(() => whole('third'))).toBe('taken');
    expect(cut).toEqual([]);
  });

  it('does not count before its body is whole: announced and unfinished bodies keep no other request out', () => {
    for (let count = 0; count < 50; count += 1) {
      admit('announced', 1000);
      admit('unfinished', 100).reserve(99);
    }
    expect([admission.requests(), admission.unfinishedBodies()]).toEqual([0, 50]);
    expect(codeOf(() => whole('honest'))).toBe('taken');
    expect(admission.requests()).toBe(1);
  });

  it('is rejected at its end where others became whole before it', () => {
    const late = admit('late', 100);
    late.reserve(99);
    whole('first');
    whole('second');
    late.reserve(1);
    expect(codeOf(late.complete)).toEqual(refused);
    late.release();
    expect([admission.requests(), admission.bytes(), admission.unfinishedBodies()]).toEqual([2, 200, 0]);
  });

  it('gives its place and its bytes back once, however often it is released', () => {
    const first = whole('first');
    whole('second');
    first.release();
    first.release();
    expect([admission.requests(), admission.bytes()]).toEqual([1, 100]);
  });
});

it('rejects everything while the store is behind', () => {
  let closed: HubcastError | undefined = new HubcastError('overloaded', 'The store is slow.');
  const limits = { maxBytes: MAX_BYTES, maxRequests: 100, rejectionReason: () => closed };
  admission = createAdmission(limits, () => nowMs);
  expect(codeOf(() => admit('early', 1))).toBe(closed);
  closed = undefined;
  expect(codeOf(() => admit('late', 1))).toBe('taken');
});

it('counts each rejection and each eviction once', () => {
  const counted: string[] = [];
  const meter = {
    requestRejected: () => void counted.push('rejected'),
    bodyEvicted: () => void counted.push('evicted'),
  };
  let closed: HubcastError | undefined;
  const limits = { maxBytes: MAX_BYTES, maxRequests: 1, rejectionReason: () => closed, meter };
  admission = createAdmission(limits, () => nowMs);
  const stalled = admit('stalled', MAX_BYTES);
  stalled.reserve(MAX_BYTES - 1);
  nowMs = 1000;
  const whole = admit('whole', 100);
  whole.reserve(100);
  whole.complete();
  stalled.release();
  expect(counted.splice(0)).toEqual(['evicted']);
  expect(codeOf(() => admit('no place', 1))).toEqual(refused);
  whole.release();
  admit('holder', null).reserve(MAX_BYTES);
  expect(codeOf(() => admit('no bytes', 1))).toEqual(refused);
  closed = new HubcastError('overloaded', 'The store is slow.');
  expect(codeOf(() => admit('closed', 1))).toEqual(refused);
  expect(counted).toEqual(['rejected', 'rejected', 'rejected']);
});

it('counts its reservations, never exceeds the maximum, and returns to zero when all are released', () => {
  const step = fc.record({
    who: fc.nat(9),
    bytes: fc.integer({ min: 1, max: 200_000 }),
    waitMs: fc.constantFrom(0, 10, 300, 3000),
    act: fc.constantFrom('reserve', 'reserve', 'reserve', 'complete', 'release'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      nowMs = 0;
      admission = createAdmission({ maxBytes: MAX_BYTES, maxRequests: 3 }, () => nowMs);
      const gone = new Set<number>();
      const kept = Array.from({ length: 10 }, () => 0);
      const whole = new Set<number>();
      const reservations = kept.map((_, who) => admission.admit(who % 2 === 0 ? null : 300_000));
      const end = (who: number) => {
        gone.add(who);
        kept[who] = 0;
      };
      for (const { who, bytes, waitMs, act } of steps) {
        nowMs += waitMs;
        const reservation = reservations[who];
        if (reservation === undefined || gone.has(who)) continue;
        if (act === 'complete') {
          if (whole.has(who)) continue;
          const full = admission.requests() >= 3;
          expect(codeOf(reservation.complete)).toEqual(full ? refused : 'taken');
          if (!full) whole.add(who);
        } else if (act === 'release') {
          reservation.release();
          end(who);
        } else if (!whole.has(who)) {
          try {
            reservation.reserve(bytes, () => {
              expect(whole.has(who)).toBe(false);
              end(who);
            });
            kept[who] = (kept[who] ?? 0) + bytes;
          } catch {
            reservation.release();
            end(who);
          }
        }
        expect(admission.bytes()).toBe(kept.reduce((sum, held) => sum + held, 0));
        expect(admission.bytes()).toBeLessThanOrEqual(MAX_BYTES);
        expect(admission.requests()).toBe([...whole].filter((one) => !gone.has(one)).length);
        expect(admission.requests()).toBeLessThanOrEqual(3);
      }
      for (const reservation of reservations) reservation.release();
      expect([admission.bytes(), admission.requests(), admission.unfinishedBodies()]).toEqual([0, 0, 0]);
    }),
  );
});
