import { Command } from 'commander';
import { openProcess } from '../app/process.ts';
import { type Service, startService } from '../app/service.ts';
import { workerCount } from '../app/workers.ts';
import { storeOf } from '../stores/select.ts';

export function serveCommand(): Command {
  return new Command('serve')
    .description("receive Meta's webhooks and store their events (settings come from the environment)")
    .addHelpText(
      'after',
      `
Examples:
  META_APP_SECRET=... META_VERIFY_TOKEN=... hubcast serve
  META_APP_SECRET_FILE=/run/secrets/app META_VERIFY_TOKEN_FILE=/run/secrets/verify KAFKA_BROKERS=kafka:9092 hubcast serve

All settings: hubcast describe settings`,
    )
    .action(serve);
}

async function serve(): Promise<void> {
  const { settings, log, close, exit } = openProcess(process.env, { sharesLog: (first) => workerCount(first) > 1 });
  const workers = workerCount(settings());
  let service: Service | undefined;

  let signals = 0;
  const stop = (signal: NodeJS.Signals) => {
    signals += 1;
    // A second signal ends it at once; so does one that comes before there is anything to finish.
    if (signals > 1 || service === undefined) exit(signals > 1 ? 130 : 0);
    log.info({ signal }, 'signal');
    void service?.stop().then(() => exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);

  try {
    service = await startService(settings, log, { env: process.env });
  } catch (error) {
    close();
    throw error;
  }
  await service.ready;
  if (signals > 0) return;
  log.info(
    {
      public: service.publicUrl,
      internal: service.internalUrl,
      store: storeOf(settings()).describe(settings()),
      pid: process.pid,
      ...(workers > 1 ? { workers } : {}),
    },
    'ready',
  );
}
