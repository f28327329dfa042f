/**
 * One pass over JSON text before it is parsed: how deep it nests, how many values and members it has, and whether every
 * number is one that `JSON.parse` and `JSON.stringify` give back digit for digit. Says nothing about validity; the parser
 * does.
 */

/** Deeper values cannot be handled by recursive code safely; Meta's nest about 10 deep. */
export const MAX_DEPTH = 200;

/**
 * Meta's bodies have 12 characters or more for each value, and up to 3 MB. A body of 900,000 empty arrays would block the
 * event loop for a second and take 50 MB.
 */
export const MAX_VALUES = 250_000;

export interface JsonInspection {
  readonly depth: number;
  /** Opening brackets and commas outside strings: about as many as there are values. */
  readonly values: number;
  /** Colons outside strings, repeated members counted each time. */
  readonly members: number;
  /** True when all numbers are integers of at most 15 digits, not "-0". */
  readonly plainNumbers: boolean;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const SAFE_DIGITS = 15;

/** @param maxValues with more than these the pass ends, and the rest is not looked at */
export function inspectJsonText(text: string, maxValues = Number.POSITIVE_INFINITY): JsonInspection {
  let depth = 0;
  let deepest = 0;
  let values = 0;
  let members = 0;
  let plainNumbers = true;
  const end = text.length;
  let at = 0;
  while (at < end && values <= maxValues) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
      continue;
    }
    if (code === MINUS || (code >= ZERO && code <= NINE)) {
      const numberEnd = endOfNumber(text, at);
      plainNumbers &&= isPlainInteger(text, at, numberEnd);
      at = numberEnd;
      continue;
    }
    if (code === 0x7b || code === 0x5b) {
      depth += 1;
      values += 1;
      if (depth > deepest) deepest = depth;
    } else if (code === 0x7d || code === 0x5d) depth -= 1;
    else if (code === 0x3a) members += 1;
    else if (code === 0x2c) values += 1;
    at += 1;
  }
  return { depth: deepest, values, members, plainNumbers };
}

/** Index behind the closing quote, or the end of the text. */
export function endOfString(text: string, start: number): number {
  const end = text.length;
  let at = start + 1;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    at += code === BACKSLASH ? 2 : 1;
  }
  return end;
}

/** Index behind the last character that can belong to a number. */
export function endOfNumber(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    const belongs =
      (code >= ZERO && code <= NINE) ||
      code === 0x2e ||
      code === 0x45 ||
      code === 0x65 ||
      code === 0x2b ||
      code === MINUS;
    if (!belongs) break;
    at += 1;
  }
  return at;
}

function isPlainInteger(text: string, start: number, end: number): boolean {
  const negative = text.charCodeAt(start) === MINUS;
  const digitsFrom = negative ? start + 1 : start;
  if (end - digitsFrom > SAFE_DIGITS) return false;
  if (negative && text.charCodeAt(digitsFrom) === ZERO) return false;
  for (let at = digitsFrom; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (code < ZERO || code > NINE) return false;
  }
  return true;
}
