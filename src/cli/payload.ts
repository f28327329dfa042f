/** A payload given by file or standard input, as Meta would have sent it. */
import { readFileSync } from 'node:fs';
import { HubcastError, messageOf } from '../core/errors.ts';
import { WHATSAPP_OBJECT } from '../webhook/envelope.ts';

/**
 * @param file path, or "-" for standard input
 * @returns the bytes as they are, except that a bare `{field, value}`, which is what Meta's dashboard shows, is put into
 *   the envelope the dashboard would send it in
 */
export function readPayload(file: string): { readonly body: Buffer; readonly wrapped: boolean } {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file === '-' ? 0 : file);
  } catch (error) {
    throw new HubcastError(
      'usage',
      `The payload cannot be read: ${messageOf(error)}. Give a file, or - for standard input.`,
    );
  }
  return isBareChange(bytes) ? { body: wrap(bytes), wrapped: true } : { body: bytes, wrapped: false };
}

function isBareChange(bytes: Buffer): boolean {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null && 'field' in value && 'value' in value && !('entry' in value);
  } catch {
    return false;
  }
}

/** As text around text, so that no digit is lost. Entry id "0" is the dashboard's. */
function wrap(change: Buffer): Buffer {
  const time = Math.floor(Date.now() / 1000);
  const head = `{"object":"${WHATSAPP_OBJECT}","entry":[{"id":"0","time":${time},"changes":[`;
  return Buffer.concat([Buffer.from(head), change, Buffer.from(']}]}')]);
}
