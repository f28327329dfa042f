import { endOfNumber, endOfString } from './inspect-json.ts';

/** The position of each part of a JSON text. Members keep their order and their duplicates. */
export type JsonNode =
  | { readonly kind: 'object'; readonly members: readonly { readonly name: string; readonly node: JsonNode }[] }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'scalar'; readonly start: number; readonly end: number };

/** @param text valid JSON that nests no deeper than the call stack allows; the caller has parsed it already */
export function parseNodes(text: string): JsonNode {
  let at = 0;

  function skipSpace(): void {
    while (at < text.length && text.charCodeAt(at) <= 0x20) at += 1;
  }

  /** Steps over the closing bracket or the comma behind an item; true at the closing bracket. */
  function closes(bracket: string): boolean {
    skipSpace();
    const char = text[at];
    if (char === bracket || char === ',') at += 1;
    return char === bracket;
  }

  function readValue(): JsonNode {
    skipSpace();
    const start = at;
    const char = text[at];
    if (char === '{') return readObject();
    if (char === '[') return readArray();
    if (char === '"') at = endOfString(text, at);
    else if (char === 't' || char === 'n') at += 4;
    else if (char === 'f') at += 5;
    else at = endOfNumber(text, at);
    return { kind: 'scalar', start, end: at };
  }

  function readObject(): JsonNode {
    const members: { name: string; node: JsonNode }[] = [];
    at += 1;
    while (!closes('}')) {
      skipSpace();
      const start = at;
      at = endOfString(text, at);
      const name = JSON.parse(text.slice(start, at)) as string;
      skipSpace();
      at += 1;
      members.push({ name, node: readValue() });
    }
    return { kind: 'object', members };
  }

  function readArray(): JsonNode {
    const items: JsonNode[] = [];
    at += 1;
    while (!closes(']')) items.push(readValue());
    return { kind: 'array', items };
  }

  return readValue();
}
