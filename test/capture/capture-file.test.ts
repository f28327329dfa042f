import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ReadLine, readCaptureLines, toCaptureLine } from '../../src/capture/capture-file.ts';
import type { CapturedRequest } from '../../src/capture/captured-request.ts';
import { replayCapture } from '../../src/sdk/testing/replay-capture.ts';
import { samplesOf } from '../../src/sdk/testing/samples.ts';
import { collect } from '../support/collect.ts';

const [{ payload }] = samplesOf('messages');

function request(body: string | Uint8Array<ArrayBuffer> = payload, index = 0): CapturedRequest {
  return {
    receivedMs: Date.UTC(2026, 10, 22, 10, 0, index),
    deliveryId: '5f0c9d2e-7a31-4b8e-9c64-2d1e3f405162',
    app: 'main',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
  };
}

async function read(chunks: Iterable<Uint8Array | string>): Promise<ReadLine[]> {
  return collect(readCaptureLines(bytes(chunks)));
}

async function* bytes(chunks: Iterable<Uint8Array | string>): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
}

describe('a capture file', () => {
  it('gives back what was written, in whatever pieces it is read', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }),
        fc.integer({ min: 1, max: 100 }),
        async (bodies, size) => {
          const requests = bodies.map((body, index) => request(new Uint8Array(body), index));
          const text = requests.map((one) => toCaptureLine(one, false)).join('');
          const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
          expect(await read(pieces)).toEqual(requests.map((one, index) => ({ line: index + 1, request: one })));
        },
      ),
    );
  });

  const good = toCaptureLine(request(), false);
  const edited = (change: object) => `${JSON.stringify({ ...JSON.parse(good), ...change })}\n`;

  it.each([
    ['is cut off', good.slice(0, 300), /^is not JSON and has no end: the file is cut off here$/],
    ['is no JSON', `${good.slice(0, 300)}\n`, /^is not JSON$/],
    ['has a body that is cut', edited({ body_base64: 'eyJ' }), /body_base64 that is not base64/],
    ['has other signs in its body', edited({ body_base64: 'eyJ!' }), /body_base64 that is not base64/],
    ['has no body', edited({ body_base64: undefined }), /body_base64: Invalid input: expected string/],
    ['has no time', edited({ receivedtime: 'yesterday' }), /receivedtime: Invalid/],
    ['is of a version to come', edited({ schema: 'urn:hubcast:capture:2' }), /urn:hubcast:capture:1.*schema/],
    ['is another JSON', '[1]\n', /the line: Invalid input: expected object/],
  ])('names a line that %s, and goes on behind it', async (_, line, what) => {
    const complete = line.endsWith('\n');
    const lines = await read([good, '\n', line, complete ? good : '']);
    expect(lines[0]).toHaveProperty('request');
    expect(lines[1]).toEqual({ line: 3, problem: expect.stringMatching(what) });
    expect(lines.slice(2)).toEqual(complete ? [{ line: 4, request: request() }] : []);
  });

  it('does not keep a line that is larger than any request', async () => {
    const piece = new Uint8Array(1024 * 1024).fill(0x61);
    function* endless() {
      for (let index = 0; index < 150; index += 1) yield piece;
      yield `\n${good}`;
    }
    const before = process.memoryUsage().arrayBuffers;
    expect(await read(endless())).toEqual([
      { line: 1, problem: expect.stringMatching(/^is longer than/) },
      { line: 2, request: request() },
    ]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 * 1024 * 1024);
  });

  it('is read only as far as records are asked for, whatever its size', async () => {
    let read = 0;
    async function* large(): AsyncGenerator<Uint8Array> {
      for (;;) {
        read += 1;
        yield new TextEncoder().encode(toCaptureLine(request(payload.replace('this is', `${read}`)), false));
      }
    }
    let taken = 0;
    for await (const record of replayCapture(large())) {
      expect(record.offset).toBe(String(taken));
      taken += 1;
      if (taken === 1000) break;
    }
    expect(read).toBe(1000);
  });

  it('read inside a test ends at a bad line, or leaves it out when it may', async () => {
    const file = () =>
      bytes([good, 'edited\n', good, toCaptureLine(request(payload.replace('this is', 'that is')), false)]);
    await expect(collect(replayCapture(file()))).rejects.toThrow('Line 2 of the capture file is not JSON.');
    const bad: number[] = [];
    const records = await collect(replayCapture(file(), { onBadLine: (line) => bad.push(line), partitions: 6 }));
    expect(bad).toEqual([2]);
    // The same request again is stored once; the other message of the chat follows in its partition.
    expect(records.map(({ offset }) => offset)).toEqual(['0', '1']);
    expect(new Set(records.map(({ partition }) => partition)).size).toBe(1);
  });
});
