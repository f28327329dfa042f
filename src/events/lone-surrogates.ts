/**
 * Half of a UTF-16 pair is no character: many JSON readers refuse its escape. JSON text that `JSON.stringify` wrote holds a
 * surrogate escape only for such a half, so U+FFFD takes its place and the event says how often.
 */

/** Behind an even number of backslashes: an odd one belongs to the escape of a backslash. */
const LONE = /(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g;

export function hasLoneSurrogates(json: string): boolean {
  return json.includes('\\ud') && json.search(LONE) !== -1;
}

/** @param data JSON text of an object */
export function replaceLoneSurrogates(data: string): string {
  if (!data.includes('\\ud')) return data;
  let count = 0;
  const text = data.replace(LONE, (_, backslashes: string) => {
    count += 1;
    return `${backslashes}\ufffd`;
  });
  return count === 0 ? data : `${text.slice(0, -1)},"replaced_surrogates":${count}}`;
}
