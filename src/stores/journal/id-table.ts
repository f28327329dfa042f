/**
 * A map from event ids to times, in three typed arrays: a Map of strings costs four times the processor time and gives
 * the garbage collector 65,536 strings to look after. Ids are hashes, so their first bits choose the slot as they are; a
 * walk over the slots therefore meets the ids in the order of the table `remembered`, but for collisions.
 */
export interface IdTable {
  /** Undefined when the id is not there. The id is the 16 bytes of `ids` that begin at `at`. */
  readonly get: (ids: DataView, at: number) => number | undefined;
  /** @param timeMs above 0 */
  readonly set: (ids: DataView, at: number, timeMs: number) => void;
  readonly clear: () => void;
  readonly size: () => number;
  readonly slots: () => number;
  /** The time in that slot, and its id written to `into` at `at`; undefined where there is none. */
  readonly read: (slot: number, into: DataView, at: number) => number | undefined;
}

const WORDS = 4;
const FIRST_BITS = 8;

export function createIdTable(): IdTable {
  let bits = FIRST_BITS;
  let words = new Uint32Array(WORDS << bits);
  /** 0 where the slot is free. */
  let times = new Float64Array(1 << bits);
  let size = 0;

  /** The slot that holds the id, or the free one where it belongs. */
  function find(ids: DataView, at: number): number {
    const first = ids.getUint32(at);
    const second = ids.getUint32(at + 4);
    const third = ids.getUint32(at + 8);
    const fourth = ids.getUint32(at + 12);
    let slot = first >>> (32 - bits);
    while (times[slot] !== 0) {
      const word = WORDS * slot;
      if (
        words[word] === first &&
        words[word + 1] === second &&
        words[word + 2] === third &&
        words[word + 3] === fourth
      )
        return slot;
      slot = (slot + 1) & (times.length - 1);
    }
    return slot;
  }

  function put(slot: number, ids: DataView, at: number, timeMs: number): void {
    for (let word = 0; word < WORDS; word += 1) words[WORDS * slot + word] = ids.getUint32(at + 4 * word);
    times[slot] = timeMs;
  }

  function grow(): void {
    const old = { words, times };
    bits += 1;
    words = new Uint32Array(WORDS << bits);
    times = new Float64Array(1 << bits);
    const id = new DataView(new ArrayBuffer(4 * WORDS));
    for (let slot = 0; slot < old.times.length; slot += 1) {
      const timeMs = old.times[slot] ?? 0;
      if (timeMs === 0) continue;
      readWords(old.words, slot, id, 0);
      put(find(id, 0), id, 0, timeMs);
    }
  }

  return {
    get(ids, at) {
      if (size === 0) return undefined;
      const timeMs = times[find(ids, at)];
      return timeMs === 0 ? undefined : timeMs;
    },
    set(ids, at, timeMs) {
      let slot = find(ids, at);
      if (times[slot] === 0) {
        size += 1;
        if (2 * size > times.length) {
          grow();
          slot = find(ids, at);
        }
      }
      put(slot, ids, at, timeMs);
    },
    clear() {
      times.fill(0);
      size = 0;
    },
    size: () => size,
    slots: () => times.length,
    read(slot, into, at) {
      const timeMs = times[slot];
      if (timeMs === undefined || timeMs === 0) return undefined;
      readWords(words, slot, into, at);
      return timeMs;
    },
  };
}

function readWords(words: Uint32Array, slot: number, into: DataView, at: number): void {
  for (let word = 0; word < WORDS; word += 1) into.setUint32(at + 4 * word, words[WORDS * slot + word] ?? 0);
}
