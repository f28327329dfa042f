/** Manages numbers by asking Meta from here, with each operation on record in the store that the settings name. */
import { setTimeout as sleep } from 'node:timers/promises';
import { openLookUps } from '../app/look-ups.ts';
import { openManagement } from '../app/management.ts';
import type { StoreSettings } from '../config/settings.ts';
import { HubcastError, messageOf } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import type { ManagementClient } from '../phone-numbers/management/client.ts';
import { storeForCommands } from '../stores/select.ts';
import type { Store } from '../stores/store.ts';

export interface DirectClientOptions {
  /** Changes are made without a record of them. */
  readonly withoutAudit: boolean;
  /** Name of the user who runs the command. */
  readonly userName: string;
  readonly log: Logger;
}

/** @throws HubcastError `management_off`, `graph_not_configured` */
export function createDirectClient(settings: StoreSettings, options: DirectClientOptions): ManagementClient {
  const { withoutAudit, userName, log } = options;
  if (!settings.MANAGEMENT)
    throw new HubcastError('management_off', 'MANAGEMENT is off in the settings of this command.');
  const numbers = openLookUps(() => ({ ...settings, ROLES: ['numbers'] }), log);
  if (numbers === null) throw new HubcastError('graph_not_configured', 'META_ACCESS_TOKEN is not set.');
  let store: Promise<Store> | undefined;

  async function opened(): Promise<Store> {
    store ??= storeForCommands(settings).open({ settings: () => settings, log });
    try {
      return await store;
    } catch (error) {
      throw notOnRecord(settings, error);
    }
  }

  const management = openManagement(settings, {
    numbers,
    append: withoutAudit ? null : async (records) => (await opened()).append(records),
    log,
  });
  if (management === null) throw new HubcastError('management_off', 'MANAGEMENT is not on.');
  const actor = { kind: 'cli', name: userName } as const;
  return {
    about: withoutAudit
      ? 'from here, without a record'
      : `from here, recorded in the ${storeForCommands(settings).describe(settings)}`,
    async prepare() {
      if (withoutAudit) return;
      const { readiness } = await opened();
      const untilMs = Date.now() + settings.WRITE_TIMEOUT_MS;
      for (;;) {
        const state = await readiness();
        if (state.ready) return;
        if (Date.now() >= untilMs) throw notOnRecord(settings, new HubcastError('store_unavailable', state.reason));
        await sleep(READY_CHECK_INTERVAL_MS);
      }
    },
    run: async (name, id, body) => (await management.run(name, id, body, actor)) as Readonly<Record<string, unknown>>,
    async close() {
      await (await store?.catch(() => undefined))?.close();
    },
  };
}

const READY_CHECK_INTERVAL_MS = 100;

function notOnRecord(settings: StoreSettings, cause: unknown): HubcastError {
  const code = cause instanceof HubcastError ? cause.code : 'store_unavailable';
  const reason = messageOf(cause);
  return new HubcastError(
    code,
    `The operation cannot be recorded in the ${storeForCommands(settings).describe(settings)}, so it was not started: ${reason}\nIf a service runs, name it: --url http://127.0.0.1:8081 (or HUBCAST_URL). To continue without a record: --without-audit.`,
    { cause },
  );
}
