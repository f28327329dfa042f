/** From settings to the public listener: the endpoints of the Meta apps, and the limits that their requests share. */
import { randomUUID } from 'node:crypto';
import type { Settings } from '../config/settings.ts';
import type { Logger } from '../core/log.ts';
import { PACKAGE } from '../core/package-info.ts';
import type { KnownNumberOf, SplitEvent } from '../events/event.ts';
import { createNoteFailure } from '../http/public/describe-failure.ts';
import { createPublicApp } from '../http/public/public-app.ts';
import { createRejectionReason } from '../http/public/rejection-reason.ts';
import { type Admission, createAdmission } from '../http/server/admission.ts';
import { followCertificate } from '../http/server/certificate.ts';
import { type CheckClient, createClientCertificateCheck } from '../http/server/client-certificate.ts';
import type { ConnectionMeter } from '../http/server/connections.ts';
import { createFailureLog } from '../http/server/failure-log.ts';
import type { Listener } from '../http/server/listener.ts';
import type { TlsMaterial } from '../http/server/tls-server.ts';
import type { Store } from '../stores/store.ts';
import { watchLoadShedding } from '../telemetry/load-shedding.ts';
import type { LoadSource } from '../telemetry/metrics/read-metrics.ts';
import type { ServiceMetrics } from '../telemetry/metrics/service-metrics.ts';
import { createTraceDelivery } from '../telemetry/traces/trace-deliveries.ts';
import { createEndpoints } from './endpoints.ts';
import { listenOn } from './listen.ts';

export interface ReceiverOptions {
  readonly settings: () => Settings;
  readonly store: Store;
  readonly metrics: ServiceMetrics;
  readonly load: ReceiverLoad;
  readonly knownNumber: KnownNumberOf | undefined;
  /** Called with events once they are durable, for look-ups. */
  readonly onStored: ((events: readonly SplitEvent[]) => void) | undefined;
  readonly log: Logger;
}

/** @throws HubcastError `configuration_invalid` when the address cannot be taken, or certificate and key do not fit */
export function openReceiver(options: ReceiverOptions): Promise<Listener> {
  const { settings, store, metrics, load, knownNumber, onStored, log } = options;
  const fixed = settings();
  const proxies = fixed.TRUSTED_PROXIES ?? [];
  const handle = createPublicApp({
    endpoint: createEndpoints(settings, {
      append: store.append,
      knownNumber,
      onStored: [metrics.deliveries.countEvents, ...(onStored === undefined ? [] : [onStored])],
      log,
    }),
    admission: load.admission,
    maxBodyBytes: fixed.MAX_BODY_BYTES,
    now: Date.now,
    newDeliveryId: randomUUID,
    meter: metrics.deliveries,
    onFailed: metrics.failedDeliveries.add,
    proxies,
    trace: createTraceDelivery(PACKAGE.version),
    log,
  });
  const onFailed = metrics.failedDeliveries.add;
  const noteFailure = createNoteFailure({ proxies, onFailed, logFailure: createFailureLog(log) });
  return listenOn('public', fixed, {
    handle,
    tls: followCertificate(() => materialOf(settings()), log),
    check: clientCheckOf(fixed),
    meter: load.meter,
    onRefused(error, request) {
      const facts = { receivedMs: Date.now(), app: null, bytes: 0, deliveryId: null };
      noteFailure(request, error, facts, 'refused before its body');
      metrics.deliveries.noteAnswer(error.code);
    },
  });
}

/** What the requests of the public listener share: its limits, and what is known of how full they are. */
export interface ReceiverLoad extends LoadSource {
  readonly admission: Admission;
  readonly meter: ConnectionMeter;
  /** For /ready. */
  readonly warnings: () => readonly string[];
}

export function openReceiverLoad(fixed: Settings, { backlog }: Store, log: Logger): ReceiverLoad {
  const shedding = watchLoadShedding(log);
  const admission = createAdmission({
    maxBytes: fixed.MAX_IN_FLIGHT_BYTES,
    maxRequests: fixed.MAX_IN_FLIGHT_REQUESTS,
    rejectionReason:
      backlog &&
      createRejectionReason({ backlog, maxRecords: fixed.MAX_IN_FLIGHT_EVENTS, maxQueueMs: fixed.MAX_QUEUE_MS }),
    meter: shedding,
  });
  return {
    admission,
    meter: shedding,
    warnings: shedding.warnings,
    bytes: admission.bytes,
    maxBytes: fixed.MAX_IN_FLIGHT_BYTES,
    requests: admission.requests,
    maxRequests: fixed.MAX_IN_FLIGHT_REQUESTS,
    unfinishedBodies: admission.unfinishedBodies,
    connections: shedding.connections,
    maxConnections: fixed.MAX_CONNECTIONS,
    shed: shedding.counts,
  };
}

/** Null where a proxy ends TLS. */
function materialOf({ TLS_CERT: cert, TLS_KEY: key, TLS_CLIENT_CA: ca }: Settings): TlsMaterial | null {
  if (cert === undefined || key === undefined) return null;
  return { cert, key, ...(ca === undefined ? {} : { ca }) };
}

/** Undefined where no client certificate is asked for. */
function clientCheckOf(settings: Settings): CheckClient | undefined {
  if (settings.TLS_CLIENT_CERTIFICATES === 'off') return undefined;
  return createClientCertificateCheck({
    name: settings.TLS_CLIENT_NAME,
    header: settings.TLS_CLIENT_HEADER,
    proxies: settings.TRUSTED_PROXIES ?? [],
  });
}
