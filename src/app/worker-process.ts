/** Where a worker begins: the public listener, a store of its own, and the channel to the process that started it. */
import { linkToPrimary } from '../cluster/parent-channel.ts';
import { createScrubber } from '../config/secret-texts.ts';
import { PACKAGE } from '../core/package-info.ts';
import type { Listener } from '../http/server/listener.ts';
import { storeOf } from '../stores/select.ts';
import { watchEventLoop } from '../telemetry/event-loop.ts';
import { createServiceMetrics } from '../telemetry/metrics/service-metrics.ts';
import { openProcess } from './process.ts';
import { createReadiness } from './readiness.ts';
import { openReceiver, openReceiverLoad } from './receiver.ts';
import { openWatch } from './watch.ts';

const { settings, log, exit } = openProcess(process.env, { sharesLog: () => true, worker: Number(process.argv[2]) });

// A terminal and systemd signal the whole group; the first process says when workers end.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
// Before Node's own, which ends the process without a word.
process.prependListener('disconnect', () => {
  log.error('the process that started this worker is gone; it ends too');
  exit(1);
});

const fixed = settings();
const parts = new AsyncDisposableStack();
const metrics = createServiceMetrics();
const kind = storeOf(fixed);
const store = await kind.open({ settings, log }, metrics.storeMeter);
parts.defer(store.close);
const eventLoop = watchEventLoop();
const load = openReceiverLoad(fixed, store, log);
let listener: Listener | undefined;

const link = linkToPrimary({
  readiness: createReadiness({
    store,
    warnings: () => [...eventLoop.warnings(), ...load.warnings()],
    scrub: createScrubber(settings, process.env),
  }),
  metrics: metrics.tell({ version: PACKAGE.version, role: fixed.ROLES.join(), load }),
  failedDeliveries: async () => metrics.failedDeliveries.latest(),
  onStop: () => void parts.disposeAsync().then(() => exit(0)),
  onCut: () => listener?.destroy(),
});

try {
  const { knownNumber } = openWatch({ settings, kind, store, numbers: null, parts, log });
  listener = await openReceiver({ settings, store, metrics, load, knownNumber, onStored: link.published, log });
  parts.defer(listener.stop);
  link.listening(listener.url);
} catch (error) {
  await parts.disposeAsync();
  await link.failed(error);
  exit(1);
}
