/**
 * Removes secrets from Meta's replies. Meta's texts repeat values of the request: a PIN in groups of three, a token unchanged
 * in a URL or in JSON. Control characters are removed as well, so that they cannot hide a secret or move a terminal's cursor.
 */
export interface SecretMask {
  readonly text: (text: string) => string;
  /** Every text, member name and number of a JSON value. */
  readonly value: (value: unknown) => unknown;
}

const REMOVED = '[removed]';
/** A shorter text (for a trial, "t") is removed only where it stands by itself: inside words it would make Meta's reply unreadable. */
const SHORTEST_INSIDE_WORDS = 8;
/** Meta's replies to changes have two levels. */
const MAX_DEPTH = 20;
/** Control characters, line separators, changes of direction. */
const CONTROLS = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu;

export function createSecretMask(secrets: readonly string[]): SecretMask {
  // The longest first, because one secret may contain another.
  const forms = secrets
    .filter((secret) => secret !== '')
    .sort((a, b) => b.length - a.length)
    .flatMap(formsOf);

  function text(given: string): string {
    return forms.reduce<string>((kept, form) => kept.replaceAll(form, REMOVED), given.replace(CONTROLS, ' '));
  }

  function masked(given: unknown, depth: number): unknown {
    if (typeof given === 'string') return text(given);
    if (typeof given === 'number') return text(String(given)) === String(given) ? given : REMOVED;
    if (typeof given !== 'object' || given === null) return given;
    if (depth === MAX_DEPTH) return '[too deep]';
    if (Array.isArray(given)) return given.map((member) => masked(member, depth + 1));
    return Object.fromEntries(Object.entries(given).map(([name, member]) => [text(name), masked(member, depth + 1)]));
  }

  return { text, value: (given) => masked(given, 0) };
}

function formsOf(secret: string): readonly (string | RegExp)[] {
  // Digits may be grouped, as the SMS shows them.
  if (/^\d+$/.test(secret)) return [new RegExp([...secret].join('\\D{0,2}'), 'g')];
  if (secret.length < SHORTEST_INSIDE_WORDS) {
    const literal = secret.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
    return [new RegExp(`(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])`, 'gu')];
  }
  const inUrl = encodeURIComponent(secret);
  const inJson = JSON.stringify(secret).slice(1, -1);
  // Meta's servers escape slashes, and everything beyond ASCII.
  const inMetasJson = inJson
    .replaceAll('/', '\\/')
    .replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return [...new Set([secret, inUrl, inUrl.replace(/%../g, (hex) => hex.toLowerCase()), inJson, inMetasJson])];
}
