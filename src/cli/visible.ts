/** What comes from outside could move the cursor, change the window's title or hide text; shown escaped it does nothing. */
const INVISIBLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** Text for a terminal: control characters (C0, DEL, C1), line separators and changes of direction as \uXXXX. */
export function visible(text: string): string {
  return text.replace(INVISIBLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The same for text whose line ends are ours. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}
