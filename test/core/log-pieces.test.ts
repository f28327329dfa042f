import { describe, expect, it } from '@jest/globals';
import { toPieces } from '../../src/core/log-output.ts';

describe('lines for a pipe that several processes write to', () => {
  const line = (length: number, character = 'x') => `${character.repeat(length - 1)}\n`;

  it('are written in pieces of whole lines, each short enough for one write to a pipe', () => {
    const lines = Array.from({ length: 100 }, (_, n) => line(100 + n, n % 3 === 0 ? 'ü' : 'x'));
    const pieces = toPieces(lines.join(''));
    expect(pieces.join('')).toBe(lines.join(''));
    for (const piece of pieces) {
      expect(piece.endsWith('\n')).toBe(true);
      expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(4096);
    }
    expect(pieces.length).toBeLessThan(10);
  });

  it('keep a line that is longer in one piece, and have no empty one', () => {
    expect(toPieces(line(10) + line(5000) + line(10))).toEqual([line(10), line(5000), line(10)]);
    expect(toPieces('')).toEqual([]);
  });
});
