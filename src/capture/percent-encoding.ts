/** Percent-encoded parts of a text as the characters they stand for, and back: what was decodable stays decodable. */
import { isUtf8 } from 'node:buffer';

export interface DecodedPercents {
  readonly decoded: string;
  /** @param text of the length of `decoded`, with characters of the same length in UTF-8 */
  readonly encode: (text: string) => string;
}

const RUN = /(?:%[0-9A-Fa-f]{2})+/g;

export function decodePercents(text: string): DecodedPercents {
  const runs = [...text.matchAll(RUN)];
  if (runs.length === 0) return { decoded: text, encode: (other) => other };
  const parts: { readonly length: number; readonly encode: (part: string) => string }[] = [];
  let decoded = '';
  let from = 0;
  const add = (part: string, encode: (part: string) => string) => {
    decoded += part;
    parts.push({ length: part.length, encode });
  };
  for (const { 0: run, index } of runs) {
    add(text.slice(from, index), (part) => part);
    const bytes = Buffer.from(run.replaceAll('%', ''), 'hex');
    // Bytes that are no UTF-8: Latin-1 has a character for each.
    const encoding = isUtf8(bytes) ? 'utf8' : 'latin1';
    add(bytes.toString(encoding), (part) => percents(Buffer.from(part, encoding), run));
    from = index + run.length;
  }
  add(text.slice(from), (part) => part);
  const encode = (other: string) => {
    let at = 0;
    const encoded = parts.map(({ length, encode: back }) => {
      at += length;
      return back(other.slice(at - length, at));
    });
    return encoded.join('');
  };
  return { decoded, encode };
}

/** In small letters where the original has them. */
function percents(bytes: Buffer, original: string): string {
  const hex = bytes.toString('hex').replace(/../g, '%$&');
  return /[a-f]/.test(original) ? hex : hex.toUpperCase();
}
