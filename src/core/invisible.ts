/** What a terminal obeys or hides: DEL, C1, line separators, format characters (changes of direction, marks of no width, tags). */
const INVISIBLE = /[\u007f-\u009f\u2028\u2029]|(?![\u200c\u200d])\p{Cf}/gu;

/** The same text with such characters as \uXXXX, which JSON reads back. Joiners stay: scripts and emoji need them. */
export function escapeInvisible(text: string): string {
  // Nearly always plain ASCII, which this tells a hundred times faster than the search does.
  if (Buffer.byteLength(text) === text.length && !text.includes('\u007f')) return text;
  return text.replace(INVISIBLE, escapeUnits);
}

/** Each UTF-16 unit as \uXXXX. */
export function escapeUnits(text: string): string {
  return text.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
