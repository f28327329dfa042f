/** No update is smaller than 20 bytes, and none of Meta's, or of their items, smaller than 100: more in a body are none. */
const MAX_MEMBERS = 50_000;

/** @returns what to say of an array with too many members, or null */
export function tooMany(what: string, members: readonly unknown[]): string | null {
  if (members.length <= MAX_MEMBERS) return null;
  return `${what} has ${members.length} members; at most ${MAX_MEMBERS} were expected.`;
}
