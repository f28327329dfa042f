import type { JsonNode } from '../../webhook/json-nodes.ts';

const WHOLE_NUMBER = /^-?\d+$/;

/**
 * Puts the whole numbers that a double cannot hold back into a parsed value, as bigint. In place, but for the value
 * itself.
 *
 * @param node where the value stands in the text
 */
export function withExactNumbers(value: unknown, node: JsonNode, text: string): unknown {
  if (node.kind === 'scalar') {
    if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
    const digits = text.slice(node.start, node.end);
    return WHOLE_NUMBER.test(digits) ? BigInt(digits) : value;
  }
  if (node.kind === 'array') {
    const items = value as unknown[];
    for (const [index, item] of node.items.entries()) items[index] = withExactNumbers(items[index], item, text);
    return items;
  }
  const object = value as Record<string, unknown>;
  for (const [name, member] of memberNodes(node)) object[name] = withExactNumbers(object[name], member, text);
  return object;
}

/** By name; of a repeated member the last, as in `JSON.parse`. */
export function memberNodes(node: JsonNode): ReadonlyMap<string, JsonNode> {
  return new Map(node.kind === 'object' ? node.members.map((member) => [member.name, member.node]) : []);
}
