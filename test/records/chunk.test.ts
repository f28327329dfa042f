import { describe, expect, it } from '@jest/globals';
import { type Chunk, joinFrom, readChunk } from '../../src/records/chunk.ts';

const letter = (number: number, text: string, count = 3) =>
  JSON.stringify({
    data: {
      part: 'chunk',
      chunk: { event_id: 'e', event_type: 't', number, count, key: 'k' },
      body_base64: Buffer.from(text).toString('base64'),
    },
  });
const first = readChunk(letter(1, 'one')) as Chunk;

async function* stored(...values: readonly string[]) {
  for (const value of values) yield { value };
}

describe('the parts of an event', () => {
  it('are joined in their order, whatever stands between them', async () => {
    const others = ['no JSON with "part":"chunk"', letter(3, 'three'), letter(9, 'of another', 9), letter(2, 'two')];
    expect(await joinFrom(first, stored(...others))).toEqual({ text: 'onetwothree' });
  });

  it('are as many bytes as an event may have, and not one more', async () => {
    const others = [letter(2, 'two'), letter(3, 'three')];
    expect(await joinFrom(first, stored(...others), 11)).toEqual({ text: 'onetwothree' });
    expect(await joinFrom(first, stored(...others), 10)).toEqual({
      reason: 'The parts of event e have more bytes than any event.',
    });
  });

  it('must all be there', async () => {
    expect(await joinFrom(first, stored(letter(2, 'two')))).toEqual({
      reason: 'Of the 3 parts of event e only 2 are still stored.',
    });
  });
});
