/** The leader's writes: changes and states in order, updates of the view, and repairs of unexpected records. */
import type { OutgoingRecord, StoredRecord } from '../../records/record.ts';
import type { KeptNumber } from './number-state.ts';
import type { ListEffect } from './state-list.ts';
import {
  type StateRecord,
  type StateRecordOptions,
  toChangedRecord,
  toListRecord,
  toStateRecord,
  toTombstone,
} from './state-records.ts';
import type { StateView } from './state-view.ts';

export interface StateWriterOptions {
  readonly view: StateView;
  /** Resolves once they are durable. */
  readonly append: (records: readonly OutgoingRecord[]) => Promise<void>;
  readonly recordOptions: (accountId: string) => StateRecordOptions;
}

export interface StateWriter {
  /** Loads the existing records. */
  readonly noteStored: (record: StoredRecord) => void;
  readonly store: (accountId: string, effect: ListEffect) => Promise<void>;
  /** Overwrites a late record of a replaced leader. */
  readonly writeOver: (key: string) => Promise<void>;
  /** Records written before `beforeMs`, by account. */
  readonly writtenBefore: (beforeMs: number) => readonly (readonly [accountId: string, old: readonly StateRecord[]])[];
}

export function createStateWriter({ view, append, recordOptions }: StateWriterOptions): StateWriter {
  const writtenMs = new Map<string, number>();

  async function write(records: readonly OutgoingRecord[]): Promise<void> {
    if (records.length > 0) await append(records);
  }

  /** Writes in this order: the change, the account's new list, the states. */
  async function store(accountId: string, { changes, steps }: ListEffect): Promise<void> {
    const about = recordOptions(accountId);
    await write(changes.map((change) => toChangedRecord(change, about)));
    for (const step of steps) {
      await write(step.map((read) => toSystemRecord(read, about)));
      for (const read of step) {
        view.put(read);
        if (read.kind === 'gone') writtenMs.delete(keyOf(read));
        else writtenMs.set(keyOf(read), about.nowMs);
      }
    }
  }

  return {
    store,
    noteStored({ key, timestampMs }) {
      if (key !== null) writtenMs.set(key, timestampMs);
    },
    async writeOver(key) {
      const [accountId = '', digits] = key.split(':');
      const account = view.account(accountId);
      const number = digits === undefined ? undefined : account?.numbers.get(digits);
      const list = digits === undefined ? account?.list : undefined;
      const gone: StateRecord = { kind: 'gone', accountId, digits: digits ?? null };
      const own: StateRecord = number ? { kind: 'number', number } : list ? { kind: 'list', list } : gone;
      await store(accountId, { changes: [], steps: [[own]] });
    },
    writtenBefore: (beforeMs) =>
      view.accounts().flatMap((accountId) => {
        const { list = null, numbers } = view.account(accountId) ?? { numbers: new Map<string, KeptNumber>() };
        const all: StateRecord[] = [...numbers.values()].map((number) => ({ kind: 'number', number }));
        if (list !== null) all.push({ kind: 'list', list });
        const old = all.filter((one) => (writtenMs.get(keyOf(one)) ?? 0) <= beforeMs);
        return old.length === 0 ? [] : [[accountId, old] as const];
      }),
  };
}

function toSystemRecord(read: StateRecord, options: StateRecordOptions): OutgoingRecord {
  if (read.kind === 'number') return toStateRecord(read.number, options);
  return read.kind === 'list' ? toListRecord(read.list, options) : toTombstone(read, options);
}

function keyOf(read: StateRecord): string {
  if (read.kind === 'list') return read.list.accountId;
  const { accountId, digits } = read.kind === 'number' ? read.number : read;
  return digits === null ? accountId : `${accountId}:${digits}`;
}
