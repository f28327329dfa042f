/** Reading a body from a stream that the test feeds piece by piece, which the system's buffers do not allow over a socket. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { HubcastError } from '../../../src/core/errors.ts';
import { readBodyBytes } from '../../../src/http/server/read-body.ts';
import { until } from '../../support/until.ts';

const NO_RESPONSE = {} as ServerResponse;

function open(length: number | null, reserve: Parameters<typeof readBodyBytes>[3]['reserve'] = () => undefined) {
  const stream = new Readable({ read: () => undefined });
  const request = Object.assign(stream, { headers: {}, httpVersion: '1.1' }) as unknown as IncomingMessage;
  const body = readBodyBytes(request, NO_RESPONSE, length, { maxBodyBytes: 10_000_000, reserve });
  // Each is awaited later.
  body.catch(() => undefined);
  return { stream, body };
}

async function sendPieces(stream: Readable, count: number, bytes: number): Promise<void> {
  for (let sent = 0; sent < count; sent += 1) {
    stream.push(Buffer.alloc(bytes, 'a'));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function pushOne(stream: Readable, bytes: number): Promise<Buffer> {
  const piece = Buffer.alloc(bytes, 'a');
  stream.push(piece);
  await new Promise((resolve) => setImmediate(resolve));
  return piece;
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe.each([
  ['of a declared length', (bytes: number) => bytes],
  ['without one', () => null],
])('a body %s', (_about, lengthOf) => {
  it('is read whole, in one piece, two or many', async () => {
    for (const count of [1, 2, 50]) {
      const { stream, body } = open(lengthOf(count * 3));
      await sendPieces(stream, count, 3);
      stream.push(null);
      expect((await body).toString()).toBe('a'.repeat(count * 3));
    }
  });

  it('may come in pieces of 300 bytes, however many', async () => {
    const { stream, body } = open(lengthOf(2000 * 300));
    await sendPieces(stream, 2000, 300);
    stream.push(null);
    expect(await body).toHaveLength(2000 * 300);
  });

  it('is refused when the pieces beyond the first thousand have less than 256 bytes on average', async () => {
    const { stream, body } = open(lengthOf(1_000_000));
    await sendPieces(stream, 1010, 1);
    await expect(body).rejects.toMatchObject({ code: 'malformed_request' });
    const fine = open(lengthOf(1010));
    await sendPieces(fine.stream, 1010, 1);
    fine.stream.push(null);
    await expect(fine.body).rejects.toMatchObject({ code: 'malformed_request' });
  });

  it('is not read on once its bytes were given to others', async () => {
    const { promise: evicting, resolve } = Promise.withResolvers<(error: HubcastError) => void>();
    const { stream, body } = open(lengthOf(100), (_bytes, end) => resolve(end));
    await sendPieces(stream, 1, 10);
    (await evicting)(new HubcastError('overloaded', 'too slow'));
    await expect(body).rejects.toMatchObject({ code: 'overloaded' });
    expect(stream.isPaused()).toBe(true);
  });

  it('keeps no byte once it is refused, though its request stays', async () => {
    const { promise: evicting, resolve } = Promise.withResolvers<(error: HubcastError) => void>();
    const { stream, body } = open(lengthOf(100), (_bytes, end) => resolve(end));
    const piece = new WeakRef(await pushOne(stream, 10));
    (await evicting)(new HubcastError('overloaded', 'too slow'));
    await expect(body).rejects.toMatchObject({ code: 'overloaded' });
    await until(() => {
      collectGarbage();
      return piece.deref() === undefined;
    });
    expect(stream.destroyed).toBe(false);
  }, 30_000);

  it('fails when its stream fails before it is whole', async () => {
    const { stream, body } = open(lengthOf(100));
    await sendPieces(stream, 1, 10);
    stream.destroy(new Error('reset'));
    await expect(body).rejects.toMatchObject({ code: 'body_incomplete' });
  });
});

it('a body of a declared length fails when its stream closes before it is whole', async () => {
  const { stream, body } = open(100);
  await sendPieces(stream, 1, 10);
  stream.destroy();
  await expect(body).rejects.toMatchObject({ code: 'body_incomplete', message: '10 of 100 bytes arrived.' });
});
