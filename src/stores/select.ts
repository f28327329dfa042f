/** The kinds of stores, and which of them the settings mean. */
import type { StoreSettings } from '../config/settings.ts';
import { HubcastError } from '../core/errors.ts';
import { journalKind } from './journal/kind.ts';
import { kafkaKind } from './kafka/kind.ts';
import { spoolKind } from './spool/kind.ts';
import type { StoreContext, StoreKind, StoreReader } from './store-kind.ts';

/** Each kind is a folder with a kind.ts. The first one that the settings select is used; the journal needs no setting. */
const KINDS: readonly StoreKind[] = [spoolKind, kafkaKind, journalKind];

export function storeOf(settings: StoreSettings): StoreKind {
  return KINDS.find((kind) => kind.isMeant(settings)) ?? journalKind;
}

/** The store that a command writes to, whether a service runs or not. */
export function storeForCommands(settings: StoreSettings): StoreKind {
  const kind = storeOf(settings);
  return kind.besideService ?? kind;
}

/** @throws HubcastError `store_not_readable`, or `usage` while the store does not exist yet */
export function openReader(context: StoreContext, kind = storeOf(context.settings())): StoreReader {
  if (kind.read !== null) return kind.read(context);
  const where = kind.describe(context.settings());
  throw new HubcastError('store_not_readable', `The store (${where}) can only be written.`);
}

/** The problems of the settings for this kind of store, one line each. */
export function findStoreConflicts(settings: StoreSettings): readonly string[] {
  const { oneProcess } = storeOf(settings);
  if (oneProcess === null || settings.WORKERS === 1) return [];
  return [
    `WORKERS=${settings.WORKERS} needs events that go to a store of several writers, such as Kafka. ${oneProcess} Use WORKERS=1.`,
  ];
}
