import { expect, it } from '@jest/globals';
import { createUnfinishedBodies, type UnfinishedBody } from '../../../src/http/server/unfinished-bodies.ts';

let nowMs = 0;

it('forgets a body that was removed, whichever order it stood in, and lets go of what its reading holds', () => {
  nowMs = 0;
  const bodies = createUnfinishedBodies(() => nowMs);
  const body: UnfinishedBody = { heldBytes: 10_000, evict: () => undefined };
  bodies.grew(body);
  // Steps, but no doubling.
  nowMs = 2400;
  body.heldBytes += 5000;
  bodies.grew(body);
  nowMs = 2500;
  expect([...bodies.inEvictionOrder()]).toEqual([body]);
  bodies.remove(body);
  expect([...bodies.inEvictionOrder()]).toEqual([]);
  expect([body.evict, bodies.count()]).toEqual([undefined, 0]);
});
