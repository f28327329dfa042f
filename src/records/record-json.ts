/** Formats a record for scripts. Other programs may write to a topic, so every member is checked. */
import type { OutgoingRecord, StoredRecord } from './record.ts';

/**
 * The event's text is passed on as it is stored, so that large numbers keep their digits. A value that is no JSON gives
 * `"event":null`, with the text in `value_text` unless it is empty.
 */
export function toJsonLine(record: StoredRecord | OutgoingRecord): string {
  const { topic, key, headers, value } = record;
  const place = 'offset' in record ? `"partition":${record.partition},"offset":${record.offset},` : '';
  const event = isJson(value) ? oneLine(value) : null;
  const text = event === null && value !== '' ? `,"value_text":${JSON.stringify(value)}` : '';
  return `{"topic":${JSON.stringify(topic)},${place}"key":${JSON.stringify(key)},"headers":${JSON.stringify(headers)},"event":${event}${text}}`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** JSON has line ends only between tokens. */
function oneLine(json: string): string {
  return json.replace(/[\r\n]+/g, ' ');
}
