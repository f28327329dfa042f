import { Command } from 'commander';
import { type Service, startService } from '../app.ts';
import { createLiveSettings } from '../config/live-settings.ts';
import { readSettings } from '../config/read-settings.ts';
import { createScrubber } from '../config/secret-texts.ts';
import { ERRORS } from '../errors.ts';
import { bufferedStdout, createLog } from '../log.ts';
import { describeStore } from '../open-store.ts';

export function serveCommand(): Command {
  return new Command('serve')
    .description("take Meta's webhooks and store their events (settings come from the environment)")
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
  const first = readSettings(process.env);
  let current = () => first;
  const destination = bufferedStdout(createScrubber(() => current(), process.env));
  const log = createLog(first.LOG_LEVEL, destination);
  const live = createLiveSettings(process.env, log);
  current = live.current;
  // Before the one of all commands, which knows no log.
  process.prependListener('uncaughtException', (error, origin) => {
    log.fatal({ err: error, origin, fix: ERRORS.internal.fix }, 'hubcast crashed');
    destination.flushSync();
    process.exit(1);
  });
  let service: Service | undefined;

  let signals = 0;
  const stop = (signal: NodeJS.Signals) => {
    signals += 1;
    // A second signal ends it at once; so does one that comes before there is anything to finish.
    if (signals > 1 || service === undefined) {
      destination.flushSync();
      process.exit(signals > 1 ? 130 : 0);
    }
    log.info({ signal }, 'signal');
    void service.stop().then(() => {
      live.close();
      destination.flushSync();
      process.exit(0);
    });
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);

  service = await startService(live.current, log);
  await service.ready;
  if (signals > 0) return;
  log.info(
    {
      public: service.publicUrl,
      internal: service.internalUrl,
      store: describeStore(live.current()),
      pid: process.pid,
    },
    'ready',
  );
}
