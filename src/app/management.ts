/** From settings to operations on phone numbers: Meta's calls, the directory they concern, and the store of their audit. */
import { randomUUID } from 'node:crypto';
import { appsOf } from '../config/meta-apps.ts';
import type { StoreSettings } from '../config/settings.ts';
import type { Logger } from '../core/log.ts';
import { createPhoneNumberWrites } from '../meta-graph/phone-number-writes.ts';
import { type ManagedEvent, toManagedRecord } from '../phone-numbers/management/audit.ts';
import { createManagement, type Management } from '../phone-numbers/management/manage.ts';
import { namingOf } from '../records/planned-topics.ts';
import type { Append } from '../stores/store.ts';
import type { OpenLookUps } from './look-ups.ts';

export interface OpenManagementOptions {
  /** Null where there is no access to Graph. */
  readonly numbers: OpenLookUps | null;
  /** Null leaves nothing on record: only for somebody who said so. */
  readonly append: Append | null;
  readonly log: Logger;
}

/** @returns null where numbers may not be managed */
export function openManagement(
  settings: StoreSettings,
  { numbers, append, log }: OpenManagementOptions,
): Management | null {
  if (!settings.MANAGEMENT || numbers === null) return null;
  const { directory, client } = numbers;
  const apps = appsOf(settings);

  async function record(event: ManagedEvent): Promise<void> {
    const { accountId } = event;
    const app = apps.find(({ accounts }) => accountId !== null && accounts.includes(accountId)) ?? apps[0];
    await append?.([toManagedRecord(event, { app: app.name, naming: namingOf(app, settings), nowMs: Date.now() })]);
    log.info(toLogMembers(event), 'phone number managed');
  }

  return createManagement({
    client,
    writes: createPhoneNumberWrites(client),
    accountIds: apps.flatMap(({ accounts }) => accounts),
    async numberOf(id, { fresh }) {
      const { number, stale } = await directory.byId(id, { fresh });
      const { value, accountId, digits, fetchedAtMs } = number;
      return { id: value.id, accountId, digits, value, fetchedAtMs, stale };
    },
    changed: (accountId, digits) =>
      directory.countEvents([{ family: 'phone-numbers', key: digits === null ? accountId : `${accountId}:${digits}` }]),
    record: append === null ? null : record,
    onUnrecorded: (event, reason) =>
      log.error({ ...toLogMembers(event), reason }, 'the outcome of an operation could not be put on record'),
    newOperationId: randomUUID,
  });
}

/** For the log: without the input, and without Meta's sentence, which may name the phone number. */
function toLogMembers({ operation, operationId, outcome, actor, accountId, phoneNumberId, error }: ManagedEvent) {
  const { meta_says: _, ...errorMembers } = error ?? { meta_says: null };
  return {
    operation,
    operation_id: operationId,
    outcome,
    actor: `${actor.kind}:${actor.name}`,
    account_id: accountId,
    phone_number_id: phoneNumberId,
    ...errorMembers,
  };
}
