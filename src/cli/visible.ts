/** Escapes outside text, which could otherwise move the cursor, change the window's title or hide text. */
import { escapeInvisible, escapeUnits } from '../core/invisible.ts';

/** Text for a terminal: control and format characters as \uXXXX. */
export function visible(text: string): string {
  return escapeInvisible(text).replace(/\p{Cc}/gu, escapeUnits);
}

/** The same for text whose line ends are ours. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}
