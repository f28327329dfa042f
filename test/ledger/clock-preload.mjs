// Loaded into the service by NODE_OPTIONS: each SIGUSR2 moves its wall clock by the next step of LEDGER_CLOCK_STEPS_MS. The
// monotonic clock goes on, as it does on a machine whose time is set.
import { isMainThread } from 'node:worker_threads';

const steps = (process.env.LEDGER_CLOCK_STEPS_MS ?? '').split(',').map(Number);
const RealDate = Date;
let shiftMs = 0;
let taken = 0;

if (isMainThread) {
  const now = () => RealDate.now() + shiftMs;
  globalThis.Date = class extends RealDate {
    constructor(...given) {
      super(...(given.length === 0 ? [now()] : given));
    }
    static now() {
      return now();
    }
  };
  process.on('SIGUSR2', () => {
    shiftMs = steps[taken % steps.length] ?? 0;
    taken += 1;
  });
}
