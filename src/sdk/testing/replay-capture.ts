/** A captured file inside a test: the records a consumer would read, without a server. */
import { createReadStream } from 'node:fs';
import { readCaptureLines } from '../../capture/capture-file.ts';
import type { StoredRecord } from '../../records/record.ts';
import { createDedupeCache } from '../../stores/dedupe-cache.ts';
import { createPlaces, type PlaceOptions } from './placed-records.ts';
import { writtenRecords } from './records-of.ts';

export interface ReplayCaptureOptions extends PlaceOptions {
  /** Told of a line that is truncated or edited, which is left out then; without it such a line ends the reading. */
  readonly onBadLine?: (line: number, problem: string) => void;
}

/** As many ids as the service remembers with Kafka, unless it is told otherwise. */
const REMEMBERED_IDS = 100_000;

/**
 * The records of all requests of a capture file, in their order. What was stored once is not stored again, as in the
 * service. The file is read as far as records are asked for, so it may be of any size.
 *
 * @param file path, `file:` URL, or the bytes of the file
 * @throws Error with the line number and the reason, for a line that is no captured request; for a file without a line
 */
export async function* replayCapture(
  file: string | URL | AsyncIterable<Uint8Array>,
  options: ReplayCaptureOptions = {},
): AsyncGenerator<StoredRecord, void, undefined> {
  const { topicPrefix, onBadLine } = options;
  const place = createPlaces(options);
  const recent = createDedupeCache(REMEMBERED_IDS);
  const source = typeof file === 'string' || file instanceof URL ? createReadStream(file) : file;
  let lines = 0;
  for await (const read of readCaptureLines(source)) {
    lines += 1;
    if ('problem' in read) {
      if (onBadLine === undefined) throw new Error(`Line ${read.line} of the capture file ${read.problem}.`);
      onBadLine(read.line, read.problem);
      continue;
    }
    const { body, app, deliveryId, receivedMs } = read.request;
    for (const record of writtenRecords(body, { app, deliveryId, receivedMs }, topicPrefix)) {
      const id = `${app} ${record.id}`;
      if (!record.repeatable && recent.has(id)) continue;
      recent.add(id);
      yield place(record);
    }
  }
  // A test over nothing would pass.
  if (lines === 0) throw new Error('The capture file is empty. "hubcast capture export" writes what CAPTURE=on kept.');
}
