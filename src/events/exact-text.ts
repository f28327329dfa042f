import type { JsonView } from '../webhook/json-view.ts';

/** A string or number at the path, with its own digits; null where there is neither or nothing in it. */
export function exactText(view: JsonView, path: readonly string[]): string | null {
  let part = view.value;
  for (const key of path) {
    if (typeof part !== 'object' || part === null) return null;
    part = (part as Record<string, unknown>)[key];
  }
  if (typeof part === 'string') return part === '' ? null : part;
  return typeof part === 'number' ? path.reduce((at, key) => at.at(key), view).text() : null;
}
