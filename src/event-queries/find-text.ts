/** Finds a text in JSON as Meta and others write it: letters may stand there as such or escaped. */

/** @returns whether a JSON text holds `text` in a name or a value, in capitals or not */
export function createTextSearch(text: string): (json: string) => boolean {
  const pattern = new RegExp(Array.from(text, waysToWrite).join(''), 'i');
  return (json) => pattern.test(json);
}

function waysToWrite(character: string): string {
  const ways = new Set([character, JSON.stringify(character).slice(1, -1)]);
  if (character === '/') ways.add('\\/');
  if (!/^[ -~]$/.test(character)) {
    for (const letter of [character, character.toLowerCase(), character.toUpperCase()]) ways.add(escaped(letter));
  }
  const patterns = [...ways].map((way) => way.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return patterns.length === 1 ? (patterns[0] as string) : `(?:${patterns.join('|')})`;
}

/** RFC 8259 section 7: characters beyond 16 bits are two escapes. */
function escaped(text: string): string {
  return text.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
