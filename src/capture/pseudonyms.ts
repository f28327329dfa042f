/**
 * Pseudonyms for texts: the same input, the same pseudonym as long as the key is the same, digits for digits and letters
 * for letters, never longer or shorter. Short ones are permuted by FF1 (NIST SP 800-38G), so that two numbers never become
 * one and keys stay apart.
 */
import { createHash, createHmac, createSecretKey } from 'node:crypto';
import { FF1 } from '@noble/ciphers/ff1.js';
import { decodePercents } from './percent-encoding.ts';

export interface Pseudonyms {
  /** What cannot be replaced (punctuation, white space, a leading zero, the empty text) stays where it is. */
  readonly of: (text: string) => string;
}

/** A character that is replaced: by which characters, and which of them it is; -1 where it is none of them. */
interface Letter {
  readonly at: number;
  readonly length: number;
  readonly first: number;
  readonly radix: number;
  readonly index: number;
}

/** FF1 needs at least 100 inputs: seven digits are the fewest with which it takes radix 2. */
const FF1_DIGITS = 7;
/** From here on a collision of two texts is as unlikely as one of 64-bit hashes, and hashing is quicker. */
const PERMUTED_BELOW = 2n ** 64n;
/** A permutation of fewer texts is likely to leave some unchanged, so one without fixed points is used. */
const SMALL_BELOW = 1_000_000n;
/** Longer texts are more than any number or name, and have more letters than are worth a permutation. */
const MAX_PERMUTED_LENGTH = 64;
const MAX_CACHED = 10_000;
const MAX_CACHED_LENGTH = 64;

/** @param key its holder can find the original of a pseudonym */
export function createPseudonyms(key: Uint8Array): Pseudonyms {
  const secret = createSecretKey(key);
  const ff1Key = createHmac('sha256', secret).update('FF1').digest();
  const cache = new Map<string, string>();

  function of(text: string): string {
    const known = cache.get(text);
    if (known !== undefined) return known;
    const { decoded, encode } = decodePercents(text);
    const pseudonym = encode(replace(decoded));
    if (text.length <= MAX_CACHED_LENGTH) {
      if (cache.size >= MAX_CACHED) cache.clear();
      cache.set(text, pseudonym);
    }
    return pseudonym;
  }

  function replace(text: string): string {
    if (text.length > MAX_PERMUTED_LENGTH) return hashed(text);
    const letters = lettersOf(text);
    if (letters.length === 0) return text;
    const domain = letters.every(({ index }) => index >= 0) ? sizeOf(letters, PERMUTED_BELOW) : PERMUTED_BELOW;
    return domain < PERMUTED_BELOW ? write(text, letters, permuted(letters, domain)) : hashed(text);
  }

  /** In one pass, with two bytes a character: a text may be as long as a body. */
  function hashed(text: string): string {
    const seed = createHmac('sha256', secret).update(text).digest();
    const stream = createHash('shake256', { outputLength: 2 * text.length })
      .update(seed)
      .digest();
    const units = Buffer.from(text, 'utf16le');
    let first: Letter | undefined;
    let changed = false;
    for (const letter of eachLetter(text)) {
      const { at, index, radix } = letter;
      const chosen = stream.readUInt16BE(2 * at) % radix;
      put(units, letter, chosen);
      first ??= letter;
      changed ||= chosen !== index;
    }
    if (first !== undefined && !changed) put(units, first, (first.index + 1) % first.radix);
    return units.toString('utf16le');
  }

  function permuted(letters: readonly Letter[], domain: bigint): number[] {
    const radices = letters.map(({ radix }) => radix);
    const value = joined(
      letters.map(({ index }) => index),
      radices,
    );
    const cipher = permutation(domain, radices);
    // One long cycle through all of them: its next one is never the same.
    const image = domain < SMALL_BELOW ? cipher.back((cipher.forth(value) + 1n) % domain) : cipher.forth(value);
    return apart(image, radices);
  }

  /** FF1 permutes all numbers of seven digits in the smallest radix that suffices; those outside the domain are permuted again. */
  function permutation(domain: bigint, tweak: readonly number[]) {
    let radix = Math.max(2, Math.floor(Number(domain) ** (1 / FF1_DIGITS)));
    while (BigInt(radix) ** BigInt(FF1_DIGITS) < domain) radix += 1;
    const digits = Array<number>(FF1_DIGITS).fill(radix);
    const cipher = FF1(radix, ff1Key, Buffer.from(tweak.join()));
    const walk = (step: (digits: number[]) => number[]) => (value: bigint) => {
      let image = value;
      do image = joined(step(apart(image, digits)), digits);
      while (image >= domain);
      return image;
    };
    return { forth: walk(cipher.encrypt), back: walk(cipher.decrypt) };
  }

  return { of };
}

/** As many UTF-16 units as the character had: ranges are chosen so. */
function put(units: Buffer, { at, first }: Letter, index: number): void {
  const code = first + index;
  if (code <= 0xffff) units.writeUInt16LE(code, 2 * at);
  else units.write(String.fromCodePoint(code), 2 * at, 'utf16le');
}

function lettersOf(text: string): Letter[] {
  return [...eachLetter(text)];
}

/** The first digit of a text is never made a zero, nor a zero made another, so that numbers stay JSON numbers. */
function* eachLetter(text: string): Generator<Letter> {
  let firstDigit = true;
  for (let at = 0; at < text.length; ) {
    const code = text.codePointAt(at) as number;
    const length = code > 0xffff ? 2 : 1;
    const digit = code >= 0x30 && code <= 0x39;
    const range = digit && firstDigit ? (code === 0x30 ? null : LEADING_DIGITS) : rangeOf(code);
    if (digit) firstDigit = false;
    if (range !== null) {
      const { first, radix } = range;
      const index = code - first;
      yield { at, length, first, radix, index: index >= 0 && index < radix ? index : -1 };
    }
    at += length;
  }
}

interface Range {
  readonly first: number;
  readonly radix: number;
}

const LEADING_DIGITS: Range = { first: 0x31, radix: 9 };
const DIGITS: Range = { first: 0x30, radix: 10 };
const SMALL: Range = { first: 0x61, radix: 26 };
const CAPITALS: Range = { first: 0x41, radix: 26 };
/** By the length of their UTF-8: Latin letters with accents, Chinese, faces. */
const TWO_BYTES: Range = { first: 0xe0, radix: 23 };
const THREE_BYTES: Range = { first: 0x4e00, radix: 20_000 };
const FOUR_BYTES: Range = { first: 0x1f600, radix: 64 };

function rangeOf(code: number): Range | null {
  if (code < 0x80) {
    if (code >= 0x30 && code <= 0x39) return DIGITS;
    if (code >= 0x61 && code <= 0x7a) return SMALL;
    return code >= 0x41 && code <= 0x5a ? CAPITALS : null;
  }
  if (code < 0x800) return TWO_BYTES;
  return code > 0xffff ? FOUR_BYTES : THREE_BYTES;
}

function write(text: string, letters: readonly Letter[], indexes: readonly number[]): string {
  let written = '';
  let from = 0;
  for (const [number, { at, length, first }] of letters.entries()) {
    written += text.slice(from, at) + String.fromCodePoint(first + (indexes[number] ?? 0));
    from = at + length;
  }
  return written + text.slice(from);
}

/** How many texts of this form there are; `limit` when there are more. */
function sizeOf(letters: readonly Letter[], limit: bigint): bigint {
  let size = 1n;
  for (const { radix } of letters) {
    size *= BigInt(radix);
    if (size >= limit) return limit;
  }
  return size;
}

function joined(indexes: readonly number[], radices: readonly number[]): bigint {
  return indexes.reduce((value, index, number) => value * BigInt(radices[number] ?? 1) + BigInt(index), 0n);
}

function apart(value: bigint, radices: readonly number[]): number[] {
  const indexes: number[] = [];
  let rest = value;
  for (const radix of radices.toReversed()) {
    indexes.unshift(Number(rest % BigInt(radix)));
    rest /= BigInt(radix);
  }
  return indexes;
}
