import { toJsonSchema } from '../events/json-schemas.ts';
import { addTitles, type JsonSchema } from '../events/portable-schemas.ts';
import { CAPTURE_SCHEMA, captureLine } from './capture-file.ts';

/** The JSON Schema of a line of a capture file. */
export function captureJsonSchema(): { readonly path: string; readonly schema: JsonSchema } {
  const schema = toJsonSchema(captureLine, CAPTURE_SCHEMA);
  addTitles(new Map([['CapturedRequest', schema]]));
  return { path: 'capture/1.json', schema };
}
