import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createPseudonyms } from '../../src/capture/pseudonyms.ts';

const { of } = createPseudonyms(Buffer.from('a key for tests'));

/** Digits, small letters and capitals by their kind; what is beyond ASCII by the length of its UTF-8. */
function shapeOf(text: string): string {
  return [...text]
    .map((character) => {
      if (/[0-9]/.test(character)) return '9';
      if (/[a-z]/.test(character)) return 'a';
      if (/[A-Z]/.test(character)) return 'A';
      return character < '\x80' ? character : String(Buffer.byteLength(character));
    })
    .join('');
}

describe('pseudonyms', () => {
  it('keep length and form, and are never the text itself', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary', minLength: 60, maxLength: 90 })),
        (text) => {
          fc.pre(!/%[0-9a-f]{2}/i.test(text));
          const pseudonym = of(text);
          expect(shapeOf(pseudonym)).toBe(shapeOf(text));
          if (/[1-9a-zA-Z]|[^\0-\x7f]/.test(text)) expect(pseudonym).not.toBe(text);
          else if (!/0.*0/.test(text)) expect(pseudonym).toBe(text);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('are the same for the same text and key, and others for another key', () => {
    const again = createPseudonyms(Buffer.from('a key for tests'));
    const other = createPseudonyms(Buffer.from('another key'));
    for (const text of ['16505551234', 'Pablo Morales', 'wamid.HBgLMTY1MDU1NTEyMzQVAgARGBI', 'é'.repeat(50)]) {
      expect(again.of(text)).toBe(of(text));
      expect(other.of(text)).not.toBe(of(text));
    }
  });

  it.each([
    ['digits', Array.from({ length: 500 }, (_, index) => String(index))],
    ['words of two letters', [...'abcdefghijklmnopqrstuvwxyz'].flatMap((one, _, all) => all.map((two) => one + two))],
    ['single letters', [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']],
  ])(
    'of different %s are different',
    (_, texts) => {
      expect(new Set(texts.map(of)).size).toBe(texts.length);
    },
    30_000,
  );

  it('are digit for digit the same however a number is written, and remain JSON numbers', () => {
    const digits = of('15550783881');
    expect(of('+1 555-078-3881').replace(/\D/g, '')).toBe(digits);
    expect(digits).toMatch(/^[1-9]\d{10}$/);
    fc.assert(
      fc.property(fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })), (number) => {
        const text = JSON.stringify(number).replace(/e.*/, '');
        expect(JSON.stringify(JSON.parse(of(text)))).toHaveLength(JSON.stringify(JSON.parse(of(text))).length);
      }),
    );
  });

  it('of percent-encoded texts can be decoded, and stand for the pseudonym of the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), (text) => {
        fc.pre(!text.includes('%'));
        expect(decodeURIComponent(of(encodeURIComponent(text)))).toBe(of(text));
      }),
      { numRuns: 200 },
    );
    expect(of('wa.me/?text=Zo%C3%AB%20%2B16505551234')).toMatch(
      /^[a-z]{2}\.[a-z]{2}\/\?[a-z]{4}=[A-Z][a-z]%C3%[AB][0-9A-F]%20%2B\d{11}$/,
    );
    expect(of('zo%c3%ab')).toMatch(/^[a-z]{2}%c3%[ab][0-9a-f]$/);
    expect(of('100% of it, 5%')).toMatch(/^\d{3}% [a-z]{2} [a-z]{2}, \d%$/);
  });

  it('of percent-encoded bytes that are no UTF-8 stay percent-encoded, and are others', () => {
    const text = 'M%FCller%FF';
    expect(of(text)).toMatch(/^[A-Z]%[EF][0-9A-F][a-z]{4}%[EF][0-9A-F]$/);
    expect(of(text)).not.toContain('%FF');
  });
});
