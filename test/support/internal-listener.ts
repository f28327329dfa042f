/** The internal listener alone, with only the services that a test needs. */
import { afterEach } from '@jest/globals';
import { createLog } from '../../src/core/log.ts';
import { openSchemas } from '../../src/events/schema-files.ts';
import { createInternalApp, type InternalAppOptions } from '../../src/http/internal/internal-app.ts';
import { parseInPieces } from '../../src/http/internal/parse-in-pieces.ts';
import { type Listener, listen } from '../../src/http/server/listener.ts';

const listeners: Listener[] = [];
afterEach(async () => {
  for (const listener of listeners.splice(0)) {
    listener.destroy();
    await listener.stop();
  }
});

const notGiven = async () => {
  throw new Error('The test did not give this service.');
};

export const NO_EVENTS: InternalAppOptions['events'] = {
  recent: notGiven,
  event: notGiven,
  deadLetters: notGiven,
  deadLetter: notGiven,
  replay: notGiven,
  subscribe: () => () => undefined,
};

/** @returns its URL; it is closed after the test */
export async function startInternal(given: Partial<InternalAppOptions>): Promise<string> {
  const listener = await listen({
    handle: createInternalApp({
      readiness: async () => ({ ready: true }),
      tokens: () => [],
      loopback: true,
      lookUps: null,
      accountsOf: () => [],
      management: null,
      events: NO_EVENTS,
      failedDeliveries: async () => [],
      schemas: openSchemas(),
      console: {
        assets: () => ({
          page: { mediaType: 'text/html', bytes: Buffer.from('page'), etag: '"1"' },
          policy: "default-src 'none'",
          files: new Map(),
        }),
        history: () => ({}),
      },
      checks: notGiven,
      maxBodyBytes: 1024,
      metrics: async () => ({ contentType: 'text/plain', text: '' }),
      log: createLog('silent', process.stderr),
      ...given,
    }),
    onConnection: parseInPieces,
    host: '127.0.0.1',
    port: 0,
    headersTimeoutMs: 5_000,
    requestTimeoutMs: 5_000,
    keepAliveTimeoutMs: 5_000,
  });
  listeners.push(listener);
  return listener.url;
}
