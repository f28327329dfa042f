import { createLog } from '../../src/core/log.ts';
import { FAMILY_NAMES } from '../../src/fields/families.ts';
import { createPublicApp } from '../../src/http/public/public-app.ts';
import { type Admission, createAdmission } from '../../src/http/server/admission.ts';
import { type Listener, listen } from '../../src/http/server/listener.ts';
import { createReceive } from '../../src/receive.ts';
import type { Append } from '../../src/stores/store.ts';
import type { FailedDelivery } from '../../src/telemetry/failed-deliveries.ts';
import { watchLoadShedding } from '../../src/telemetry/load-shedding.ts';
import { toAppSecret } from '../../src/webhook/signature.ts';
import { APP_SECRET, VERIFY_TOKEN } from './start-service.ts';

export const MIB = 1024 * 1024;

export interface TestEndpoint extends Listener {
  readonly webhookUrl: string;
  readonly admission: Admission;
  readonly logText: () => string;
  readonly connections: () => number;
  /** Moves the clock by which senders are found to stand still, in place of waiting. */
  readonly skip: (ms: number) => void;
  /** Cuts what is left and closes the port. */
  readonly remove: () => Promise<void>;
}

export interface EndpointOptions {
  readonly maxBodyBytes?: number;
  readonly maxInFlightBytes?: number;
  readonly maxInFlightRequests?: number;
  readonly maxConnections?: number;
  readonly requestTimeoutMs?: number;
  readonly headersTimeoutMs?: number;
  readonly keepAliveTimeoutMs?: number;
  readonly stuckTimeoutMs?: number;
  readonly onFailed?: (failure: FailedDelivery) => void;
  readonly newDeliveryId?: () => string;
}

/** The public listener alone, in front of a store that does as the test says. */
export async function startTestEndpoint(append: Append, options: EndpointOptions = {}): Promise<TestEndpoint> {
  const {
    maxBodyBytes = 3 * MIB,
    maxInFlightBytes = 64 * MIB,
    maxInFlightRequests = 500,
    onFailed,
    newDeliveryId,
    ...rest
  } = options;
  const lines: string[] = [];
  let deliveries = 0;
  let skippedMs = 0;
  const clock = () => performance.now() + skippedMs;
  const log = createLog('trace', { write: (line: string) => void lines.push(line) });
  const meter = watchLoadShedding(log);
  const admission = createAdmission({ maxBytes: maxInFlightBytes, maxRequests: maxInFlightRequests, meter }, clock);
  const receive = createReceive({
    append,
    appSecrets: [toAppSecret(APP_SECRET)],
    app: 'main',
    naming: { prefix: 'whatsapp', names: {} },
    families: FAMILY_NAMES,
  });
  const handle = createPublicApp({
    endpoint: (app) => (app === null ? { receive, verifyToken: () => VERIFY_TOKEN } : undefined),
    admission,
    maxBodyBytes,
    now: Date.now,
    newDeliveryId:
      newDeliveryId ??
      (() => {
        deliveries += 1;
        return `00000000-0000-4000-8000-${String(deliveries).padStart(12, '0')}`;
      }),
    onFailed,
    log,
  });
  const listener = await listen({
    handle,
    host: '127.0.0.1',
    port: 0,
    headersTimeoutMs: 5000,
    requestTimeoutMs: 10_000,
    keepAliveTimeoutMs: 10_000,
    meter,
    now: clock,
    ...rest,
  });
  return {
    ...listener,
    webhookUrl: `${listener.url}/webhook`,
    admission,
    logText: () => lines.join(''),
    connections: meter.connections,
    skip(ms) {
      skippedMs += ms;
    },
    async remove() {
      listener.destroy();
      await listener.stop();
    },
  };
}
