/** Where a page ended, as an opaque text that the caller hands back for the next page. */
import { HubcastError } from '../core/errors.ts';
import { isObject } from '../core/is-object.ts';
import type { Bounds } from '../records/record.ts';

const MAX_LANES = 5_000;
const OFFSET = /^\d{1,19}$/;

export function toCursor(bounds: Bounds): string {
  return Buffer.from(JSON.stringify(bounds)).toString('base64url');
}

/** @throws HubcastError `invalid_query` for a text that no page gave */
export function readCursor(cursor: string): Bounds {
  const bounds = parse(Buffer.from(cursor, 'base64url').toString());
  const lanes = isObject(bounds) ? Object.values(bounds) : [];
  const fits = lanes.length > 0 && lanes.length <= MAX_LANES;
  if (!fits || !lanes.every((offset) => typeof offset === 'string' && OFFSET.test(offset))) {
    throw new HubcastError('invalid_query', 'before is not what an answer gave as next.');
  }
  return bounds as Bounds;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
