/** Where a worker begins: the public listener, a store of its own, and the channel to the process that started it. */

import { linkToPrimary } from '../cluster/parent-channel.ts';
import { createScrubber } from '../config/secret-texts.ts';
import { messageOf } from '../core/errors.ts';
import { PACKAGE } from '../core/package-info.ts';
import type { Listener } from '../http/server/listener.ts';
import { storeOf } from '../stores/select.ts';
import type { Readiness } from '../stores/store.ts';
import { watchEventLoop } from '../telemetry/event-loop.ts';
import { openMetrics } from './metrics.ts';
import { openProcess } from './process.ts';
import { openReceiver, openReceiverLoad } from './receiver.ts';
import { openWatch } from './watch.ts';

const { settings, log, exit } = openProcess(process.env, () => true, Number(process.argv[2]));
const fixed = settings();
const scrub = createScrubber(settings, process.env);

// A terminal and systemd signal the whole group; when to end is for the process to say that was asked to.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
// Before Node's own, which ends the process without a word.
process.prependListener('disconnect', () => {
  log.error('the process that started this worker is gone; it ends too');
  exit(1);
});

const kind = storeOf(fixed);
const metrics = openMetrics();
const eventLoop = watchEventLoop();
const store = await kind.open({ settings, log }, metrics.storeMeter);
const load = openReceiverLoad(fixed, store, log);
const watch = openWatch(settings, { kind, store, numbers: null, log });
let listener: Listener | undefined;

const link = linkToPrimary({
  readiness,
  metrics: metrics.tell({ version: PACKAGE.version, role: fixed.ROLES.join(), load }),
  failedDeliveries: async () => metrics.failedDeliveries.latest(),
  onStop: () => void stop(),
  onCut: () => listener?.destroy(),
});

try {
  const { knownNumber } = watch;
  listener = await openReceiver(settings, {
    store,
    metrics,
    load,
    ...(knownNumber === null ? {} : { knownNumber }),
    onStored: link.published,
    log,
  });
  link.listening(listener.url);
} catch (error) {
  await link.failed(error);
  exit(1);
}

async function readiness(): Promise<Readiness> {
  try {
    const state = await store.readiness();
    if (!state.ready) return { ready: false, reason: scrub(state.reason) };
    return {
      ready: true,
      warnings: [...(state.warnings ?? []).map(scrub), ...eventLoop.warnings(), ...load.warnings()],
    };
  } catch (error) {
    return { ready: false, reason: scrub(messageOf(error)) };
  }
}

async function stop(): Promise<void> {
  await listener?.stop();
  await watch.close();
  await store.close();
  exit(0);
}
