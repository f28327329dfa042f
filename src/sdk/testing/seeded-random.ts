/** A number in [0, 1), as `Math.random` gives it, and the same ones for the same seed. */
export type Random = () => number;

/** A 32-bit Weyl sequence, each step mixed by multiplication: enough for tests, useless for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** In another order, each item moved at most about `within` places ahead. Holds no more than that many. */
export async function* reordered<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  within: number,
  random: Random,
): AsyncGenerator<Item> {
  const held: Item[] = [];
  for await (const item of items) {
    held.push(item);
    if (held.length > within) yield takeAny(held, random);
  }
  while (held.length > 0) yield takeAny(held, random);
}

function takeAny<Item>(held: Item[], random: Random): Item {
  return held.splice(Math.floor(random() * held.length), 1)[0] as Item;
}
