/**
 * JSON text with line breaks and indents, character for character: parsing it would lose the digits of large numbers,
 * which are often ids.
 */
export function indented(json: string): string {
  let depth = 0;
  let out = '';
  for (const [token] of json.matchAll(TOKEN)) {
    if (token === '{' || token === '[') {
      depth += 1;
      out += `${token}${lineBreak(depth)}`;
    } else if (token === '}' || token === ']') {
      depth -= 1;
      out += `${lineBreak(depth)}${token}`;
    } else if (token === ',') out += `,${lineBreak(depth)}`;
    else out += token === ':' ? ': ' : token;
  }
  return out.replace(EMPTY, '$1$2');
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[[\]{}:,]|[^\s[\]{}:,"]+/g;
/** The line breaks tell it from what stands in a string, which holds none. */
const EMPTY = /([[{])\n *\n *([\]}])/g;

function lineBreak(depth: number): string {
  return `\n${'  '.repeat(depth)}`;
}

/** The text of a member of the outermost object, as it stands there. */
export function memberText(json: string, ...path: readonly string[]): string | null {
  let text = json;
  for (const name of path) {
    const found = findMember(text, name);
    if (found === null) return null;
    text = found;
  }
  return text;
}

function findMember(json: string, name: string): string | null {
  let depth = 0;
  let start = -1;
  let key: string | null = null;
  let last = '';
  for (const match of json.matchAll(TOKEN)) {
    const [token] = match;
    if (depth === 1 && start === -1 && token === ':') {
      key = last;
      if (key === JSON.stringify(name)) start = match.index + 1;
    } else if (depth === 1 && start !== -1 && (token === ',' || token === '}')) {
      return json.slice(start, match.index).trim();
    }
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    last = token;
  }
  return null;
}

/** The texts of an array's items. */
export function arrayItems(json: string): readonly string[] {
  const items: string[] = [];
  let depth = 0;
  let start = 0;
  for (const match of json.matchAll(TOKEN)) {
    const [token] = match;
    const closes = token === ']' || token === '}';
    if (closes) depth -= 1;
    if ((depth === 1 && token === ',') || (depth === 0 && closes)) {
      const item = json.slice(start, match.index).trim();
      if (item !== '') items.push(item);
      start = match.index + 1;
    }
    if (token === '{' || token === '[') {
      if (depth === 0) start = match.index + 1;
      depth += 1;
    }
  }
  return items;
}
