import { randomUUID } from 'node:crypto';
import { readSettings } from '../../src/config/read-settings.ts';
import { listen } from '../../src/http/listener.ts';
import { createPublicApp } from '../../src/http/public-app.ts';
import { createRoom } from '../../src/http/room.ts';
import { bufferedStdout, createLog } from '../../src/log.ts';
import { namingOf } from '../../src/open-store.ts';
import { createReceive } from '../../src/receive.ts';
import { toAppSecret } from '../../src/webhook/signature.ts';

// hubcast's own path with a store that keeps nothing: what everything but the write costs.
const settings = readSettings(process.env);
const secrets = settings.META_APP_SECRET.map(toAppSecret);
const log = createLog(settings.LOG_LEVEL, bufferedStdout());
const receive = createReceive({
  append: () => Promise.resolve(),
  appSecrets: () => secrets,
  app: 'main',
  naming: namingOf(settings),
  families: settings.PUBLISH_FAMILIES,
});
const { url } = await listen({
  handle: createPublicApp({
    receive,
    verifyToken: () => settings.META_VERIFY_TOKEN,
    room: createRoom(settings.MAX_IN_FLIGHT_BYTES),
    maxBodyBytes: settings.MAX_BODY_BYTES,
    now: Date.now,
    newDeliveryId: randomUUID,
    log,
  }),
  host: settings.HOST,
  port: settings.PORT,
  headersTimeoutMs: settings.HEADERS_TIMEOUT_MS,
  requestTimeoutMs: settings.REQUEST_TIMEOUT_MS,
  keepAliveTimeoutMs: settings.KEEP_ALIVE_TIMEOUT_MS,
});
log.info({ public: url }, 'ready');
