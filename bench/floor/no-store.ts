import { turnOffPretenuring } from '../../src/app/process.ts';
import { startService } from '../../src/app/service.ts';
import { readSettings } from '../../src/config/read-settings.ts';
import { createLog } from '../../src/core/log.ts';
import { bufferedOutput } from '../../src/core/log-output.ts';
import { journalKind } from '../../src/stores/journal/kind.ts';

// hubcast with a store that keeps nothing: what everything but the write costs.
turnOffPretenuring();
const settings = readSettings(process.env);
const log = createLog(settings.LOG_LEVEL, bufferedOutput());
const service = await startService(() => settings, log, {
  kind: {
    ...journalKind,
    open: async () => ({
      append: () => Promise.resolve(),
      readiness: async () => ({ ready: true }),
      close: () => Promise.resolve(),
    }),
  },
});
log.info({ public: service.publicUrl, internal: service.internalUrl }, 'ready');
