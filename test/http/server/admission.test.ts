/** Who keeps room for a body, and who gives way, by a clock the test moves. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HubcastError } from '../../../src/core/errors.ts';
import { createRoom, type Room } from '../../../src/http/server/admission.ts';

const MAX_BYTES = 1_000_000;
let nowMs = 0;
let room: Room;
let cut: string[] = [];

beforeEach(() => {
  nowMs = 0;
  cut = [];
  room = createRoom({ maxBytes: MAX_BYTES }, () => nowMs);
});

function enter(name: string, announcedBytes: number | null) {
  const share = room.enter(announcedBytes);
  return {
    ...share,
    take: (bytes: number) => share.take(bytes, (error: HubcastError) => cut.push(`${name} ${error.code}`)),
  };
}

const refused = expect.objectContaining({ code: 'too_much_in_flight' });

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
    const whole = enter('whole', 600_000);
    whole.take(600_000);
    const inChunks = enter('chunked', null);
    inChunks.take(300_000);
    inChunks.arrived();
    nowMs = 60_000;
    expect(codeOf(() => enter('late', 200_000))).toEqual(refused);
    expect(codeOf(() => enter('late', null).take(200_000))).toEqual(refused);
    expect(cut).toEqual([]);
    expect(room.taken()).toBe(900_000);
  });

  it('may become whole by a last piece that others stand in the way of', () => {
    const last = enter('last', 700_000);
    last.take(600_000);
    nowMs = 1;
    enter('parked', null).take(400_000);
    nowMs = 1000;
    last.take(100_000);
    expect(cut).toEqual(['parked too_much_in_flight']);
    expect(room.taken()).toBe(700_000);
  });
});

describe('an unfinished body', () => {
  it('that stands still gives way, the longest first, and no more of them than needed', () => {
    for (const name of ['first', 'second', 'third']) {
      enter(name, 400_000).take(300_000);
      nowMs += 10;
    }
    nowMs = 1000;
    enter('honest', 500_000).take(200_000);
    expect(cut).toEqual(['first too_much_in_flight']);
    expect(room.taken()).toBe(800_000);
  });

  it('keeps its room while nobody needs it', () => {
    enter('parked', 400_000).take(300_000);
    nowMs = 20_000;
    enter('honest', 500_000).take(500_000);
    expect(cut).toEqual([]);
  });

  it('is not cut for what is only announced, nor for what would not fit even then', () => {
    enter('whole', 600_000).take(600_000);
    enter('parked', 400_000).take(300_000);
    nowMs = 1000;
    enter('announced', 400_000);
    expect(codeOf(() => enter('late', null).take(500_000))).toEqual(refused);
    expect(cut).toEqual([]);
  });

  it('that has just sent something is not cut for a newcomer', () => {
    const busy = enter('busy', 900_000);
    busy.take(800_000);
    nowMs = 1000;
    busy.take(5_000);
    nowMs = 1100;
    expect(codeOf(() => enter('late', 500_000))).toEqual(refused);
    expect(cut).toEqual([]);
  });

  it('does not keep its room by single bytes, nor by taking room from others itself', () => {
    const dribbler = enter('dribbler', 900_000);
    const other = enter('other', 900_000);
    dribbler.take(500_000);
    nowMs = 1;
    other.take(500_000);
    for (; nowMs < 300; nowMs += 50) expect(codeOf(() => dribbler.take(1))).toEqual(refused);
    expect(cut).toEqual([]);
    enter('honest', 400_000).take(400_000);
    expect(cut).toEqual(['dribbler too_much_in_flight']);
  });

  it('does not keep its room by steps either: it has to double', () => {
    const steady = enter('steady', 900_000);
    steady.take(500_000);
    for (let step = 0; step < 20; step += 1) {
      nowMs += 100;
      steady.take(4096);
    }
    enter('honest', 500_000).take(500_000);
    expect(cut).toEqual(['steady too_much_in_flight']);
  });

  it('that comes at 50 kB/s outlives those that stand still', () => {
    const slow = enter('slow', 500_000);
    for (let step = 0; step < 50; step += 1) {
      nowMs += 100;
      slow.take(5_000);
    }
    enter('parked', 700_000).take(600_000);
    for (let step = 0; step < 3; step += 1) {
      nowMs += 100;
      slow.take(5_000);
    }
    enter('honest', 400_000).take(400_000);
    expect(cut).toEqual(['parked too_much_in_flight']);
  });
});

describe('places', () => {
  beforeEach(() => {
    room = createRoom({ maxBytes: MAX_BYTES, maxRequests: 2 }, () => nowMs);
  });

  it('are refused when whole bodies have them all, and free again when one leaves', () => {
    const first = enter('first', 100);
    first.take(100);
    enter('second', 100).take(100);
    nowMs = 60_000;
    expect(codeOf(() => enter('third', 100))).toEqual(refused);
    first.leave();
    expect(codeOf(() => enter('third', 100).take(100))).toBe('taken');
    expect(cut).toEqual([]);
  });

  it('are given up by an unfinished body that stands still, and by one alone', () => {
    enter('parked', 100).take(50);
    enter('parked too', 100).take(50);
    expect(codeOf(() => enter('early', 100))).toEqual(refused);
    nowMs = 1000;
    enter('honest', 100).take(100);
    expect(cut).toEqual(['parked too_much_in_flight']);
    expect(room.requests()).toBe(2);
  });

  it('are not taken by those who only announce a body', () => {
    for (let count = 0; count < 50; count += 1) enter('announced', 1000);
    expect(room.requests()).toBe(0);
    expect(codeOf(() => enter('honest', 100).take(100))).toBe('taken');
  });
});

it('lets nobody in while it is closed', () => {
  let closed: HubcastError | undefined = new HubcastError('too_much_in_flight', 'The store is slow.');
  room = createRoom({ maxBytes: MAX_BYTES, whyClosed: () => closed }, () => nowMs);
  expect(codeOf(() => enter('early', 1))).toBe(closed);
  closed = undefined;
  expect(codeOf(() => enter('late', 1))).toBe('taken');
});

it('holds what its shares hold, never more than the maximum, and nothing when all have left', () => {
  const step = fc.record({
    who: fc.nat(9),
    bytes: fc.integer({ min: 1, max: 200_000 }),
    waitMs: fc.constantFrom(0, 10, 300, 3000),
    act: fc.constantFrom('take', 'take', 'take', 'arrived', 'leave'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      nowMs = 0;
      room = createRoom({ maxBytes: MAX_BYTES, maxRequests: 8 }, () => nowMs);
      const gone = new Set<number>();
      const kept = Array.from({ length: 10 }, () => 0);
      const whole = new Set<number>();
      const shares = kept.map((_, who) => room.enter(who % 2 === 0 ? null : 300_000));
      const end = (who: number) => {
        gone.add(who);
        kept[who] = 0;
      };
      for (const { who, bytes, waitMs, act } of steps) {
        nowMs += waitMs;
        const share = shares[who];
        if (share === undefined || gone.has(who)) continue;
        if (act === 'arrived') {
          share.arrived();
          whole.add(who);
        } else if (act === 'leave') {
          share.leave();
          end(who);
        } else if (!whole.has(who)) {
          try {
            share.take(bytes, () => {
              expect(whole.has(who)).toBe(false);
              end(who);
            });
            kept[who] = (kept[who] ?? 0) + bytes;
          } catch {
            share.leave();
            end(who);
          }
        }
        expect(room.taken()).toBe(kept.reduce((sum, held) => sum + held, 0));
        expect(room.taken()).toBeLessThanOrEqual(MAX_BYTES);
        expect(room.requests()).toBe(kept.filter((held) => held > 0).length);
        expect(room.requests()).toBeLessThanOrEqual(8);
      }
      for (const share of shares) share.leave();
      expect(room.taken()).toBe(0);
      expect(room.requests()).toBe(0);
    }),
  );
});
