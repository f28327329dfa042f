/**
 * JSON read without loss. `JSON.parse` forgets the digits of large numbers and all but the last of a repeated member,
 * and its text cannot always be written again. A view gives, for any part of a body, the plain value (for zod), the exact
 * JSON text (for the record) and the canonical text (for the event id).
 */
import { BoundedMemo } from '../core/bounded-memo.ts';
import { inspectJsonText, MAX_DEPTH } from './inspect-json.ts';
import { type JsonNode, parseNodes } from './json-nodes.ts';

export interface JsonView {
  /** As `JSON.parse` gives it; numbers beyond 2^53 are rounded here, and only here. */
  readonly value: unknown;
  /** The part named by a member or an index that exists in `value`. */
  at(key: string | number): JsonView;
  /** JSON text with every digit; no lone surrogates. */
  text(): string;
  /** Members sorted by UTF-16 code units, no white space, numbers by their text. Equal content, equal text. */
  canonical(): string;
  /** The name of a member that stands twice in one object of this part (`deep`) or in this object itself. */
  repeatedMember(deep: boolean): string | undefined;
}

export class JsonUnreadable extends Error {
  readonly code: 'not_json' | 'too_many';

  constructor(message: string, code: JsonUnreadable['code'] = 'not_json') {
    super(message);
    this.code = code;
  }
}

/**
 * @param maxValues of a text that anybody wrote
 * @throws JsonUnreadable with the reason: not JSON, nested deeper than 200, or more values than these
 */
export function viewJson(text: string, maxValues?: number): JsonView {
  const { depth, values, members, plainNumbers } = inspectJsonText(text, maxValues);
  if (maxValues !== undefined && values > maxValues) {
    throw new JsonUnreadable(`more than ${maxValues} values`, 'too_many');
  }
  if (depth > MAX_DEPTH) throw new JsonUnreadable(`nested ${depth} deep, ${MAX_DEPTH} is the limit`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new JsonUnreadable('not JSON');
  }
  if (plainNumbers && members === countMembers(value)) return new PlainView(value);
  return new ExactView(value, parseNodes(text), text);
}

/** For bodies that survive `JSON.parse` and `JSON.stringify` unchanged in meaning: nearly all. */
class PlainView implements JsonView {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }

  at(key: string | number): JsonView {
    return new PlainView((this.value as Record<string | number, unknown>)[key]);
  }

  text(): string {
    return JSON.stringify(this.value);
  }

  canonical(): string {
    return canonicalText(this.value);
  }

  repeatedMember(): undefined {
    return undefined;
  }
}

/** For bodies with numbers that a double cannot hold, or with repeated members: read from the text itself. */
class ExactView implements JsonView {
  readonly value: unknown;
  readonly #node: JsonNode;
  readonly #source: string;

  constructor(value: unknown, node: JsonNode, source: string) {
    this.value = value;
    this.#node = node;
    this.#source = source;
  }

  at(key: string | number): JsonView {
    const child = (this.value as Record<string | number, unknown>)[key];
    return new ExactView(child, childNode(this.#node, key), this.#source);
  }

  text(): string {
    return exactText(this.#node, this.#source);
  }

  canonical(): string {
    return canonicalNodeText(this.#node, this.#source);
  }

  repeatedMember(deep: boolean): string | undefined {
    return repeatedMember(this.#node, deep);
  }
}

/** Canonical text of a plain value whose numbers are exact. */
export function canonicalText(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  const object = value as Record<string, unknown>;
  const names = sorted(Object.keys(object));
  let text = '';
  for (const name of names) {
    text += `${text === '' ? '{' : ','}${MEMBER_STARTS.get(name)}${canonicalText(object[name])}`;
  }
  return text === '' ? '{}' : `${text}}`;
}

/** Neither quote nor backslash, control character or surrogate. */
const PLAIN = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;

/** As `JSON.stringify` writes it, which costs three times as much for the many short strings. */
function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** Meta's few hundred member names come again in every item; the bound is for what else may come. */
const MEMBER_STARTS = new BoundedMemo((name) => `${JSON.stringify(name)}:`, 2000, 64);

/** In place. Objects are small: inserting is faster than `sort`, which goes through a comparison of its own. */
function sorted(names: string[]): string[] {
  if (names.length > 24) return names.sort();
  for (let from = 1; from < names.length; from += 1) {
    const name = names[from] as string;
    let to = from;
    while (to > 0 && (names[to - 1] as string) > name) {
      names[to] = names[to - 1] as string;
      to -= 1;
    }
    names[to] = name;
  }
  return names;
}

function canonicalNodeText(node: JsonNode, source: string): string {
  if (node.kind === 'array') return `[${node.items.map((item) => canonicalNodeText(item, source)).join(',')}]`;
  if (node.kind === 'scalar') return scalarText(node, source);
  const members = [...node.members].sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0));
  const texts = members.map((member) => `${JSON.stringify(member.name)}:${canonicalNodeText(member.node, source)}`);
  return `{${texts.join(',')}}`;
}

/** Members in the order received. */
function exactText(node: JsonNode, source: string): string {
  if (node.kind === 'array') return `[${node.items.map((item) => exactText(item, source)).join(',')}]`;
  if (node.kind === 'scalar') return scalarText(node, source);
  const texts = node.members.map((member) => `${JSON.stringify(member.name)}:${exactText(member.node, source)}`);
  return `{${texts.join(',')}}`;
}

/** Strings as `JSON.stringify` writes them, so that the two views agree; numbers by their own text. */
function scalarText(node: JsonNode & { kind: 'scalar' }, source: string): string {
  const text = source.slice(node.start, node.end);
  return text.startsWith('"') ? JSON.stringify(JSON.parse(text)) : text;
}

function childNode(node: JsonNode, key: string | number): JsonNode {
  const child =
    node.kind === 'array'
      ? node.items[key as number]
      : node.kind === 'object'
        ? membersByName(node).get(key as string)
        : undefined;
  if (child === undefined) throw new RangeError(`There is no ${key} in this part of the JSON.`);
  return child;
}

const indexes = new WeakMap<JsonNode, ReadonlyMap<string, JsonNode>>();

/** Of a repeated member the last, as in `JSON.parse`. Kept: searching 50,000 members for each of them takes 18 s. */
function membersByName(node: JsonNode & { kind: 'object' }): ReadonlyMap<string, JsonNode> {
  const known = indexes.get(node);
  if (known !== undefined) return known;
  const index = new Map(node.members.map((member) => [member.name, member.node]));
  indexes.set(node, index);
  return index;
}

function repeatedMember(node: JsonNode, deep: boolean): string | undefined {
  if (node.kind === 'object') {
    const names = new Set<string>();
    for (const { name } of node.members) {
      if (names.has(name)) return name;
      names.add(name);
    }
  }
  if (!deep || node.kind === 'scalar') return undefined;
  const children = node.kind === 'array' ? node.items : node.members.map((member) => member.node);
  for (const child of children) {
    const name = repeatedMember(child, true);
    if (name !== undefined) return name;
  }
  return undefined;
}

function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += countMembers(item);
    return count;
  }
  // What JSON.parse makes inherits no members, and a list of the names would be made for each object.
  for (const name in value) count += 1 + countMembers((value as Record<string, unknown>)[name]);
  return count;
}
