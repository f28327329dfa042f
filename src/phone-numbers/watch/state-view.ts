/**
 * The state of all numbers in memory, from its records. The generation reveals late records of a replaced leader:
 * within a partition it never decreases.
 */
import type { KnownNumberOf } from '../../events/event.ts';
import { positionName, type StoredRecord } from '../../records/record.ts';
import type { KeptList, KeptNumber } from './number-state.ts';
import { readStateRecord, type StateRecord } from './state-records.ts';

export interface AccountView {
  /** Null until its list was read completely. */
  list: KeptList | null;
  readonly numbers: Map<string, KeptNumber>;
}

export interface StateView {
  /** @returns false for records of other programs and late records of a replaced leader */
  readonly take: (record: StoredRecord) => boolean;
  readonly put: (read: StateRecord) => void;
  readonly account: (accountId: string) => AccountView | undefined;
  readonly accounts: () => readonly string[];
  readonly peek: KnownNumberOf;
  /** The highest generation seen; -1 before the first record. */
  readonly generation: () => number;
  readonly size: () => number;
  /** Limit of kept numbers. Beyond it the view cannot say whether a number is known. */
  readonly isFull: () => boolean;
}

/** Some 2 KB each. */
const MAX_NUMBERS = 100_000;

export function createStateView(maxNumbers: number = MAX_NUMBERS): StateView {
  const accounts = new Map<string, AccountView>();
  const generations = new Map<string, number>();
  let generation = -1;
  let size = 0;
  let full = false;

  function accountOf(accountId: string): AccountView {
    let account = accounts.get(accountId);
    if (account === undefined) {
      account = { list: null, numbers: new Map() };
      accounts.set(accountId, account);
    }
    return account;
  }

  function put(read: StateRecord): void {
    if (read.kind === 'list') accountOf(read.list.accountId).list = read.list;
    else if (read.kind === 'number') {
      const { numbers } = accountOf(read.number.accountId);
      if (!numbers.has(read.number.digits)) {
        if (size >= maxNumbers) {
          full = true;
          return;
        }
        size += 1;
      }
      numbers.set(read.number.digits, read.number);
    } else remove(read.accountId, read.digits);
  }

  function remove(accountId: string, digits: string | null): void {
    const account = accounts.get(accountId);
    if (account === undefined) return;
    if (digits === null) account.list = null;
    else if (account.numbers.delete(digits)) size -= 1;
    if (account.list === null && account.numbers.size === 0) accounts.delete(accountId);
  }

  return {
    take(record) {
      const found = readStateRecord(record);
      if (found === null) return false;
      const partition = positionName(record.topic, record.partition);
      if (found.generation < (generations.get(partition) ?? -1)) return false;
      generations.set(partition, found.generation);
      generation = Math.max(generation, found.generation);
      put(found.read);
      return true;
    },
    put,
    account: (accountId) => accounts.get(accountId),
    accounts: () => [...accounts.keys()],
    peek(accountId, digits) {
      const account = accounts.get(accountId);
      const number = account?.numbers.get(digits);
      if (number !== undefined) return { id: number.state.id, known: true };
      if (account == null || account.list === null || full) return { id: null, known: null };
      return { id: null, known: account.list.digits.includes(digits) };
    },
    generation: () => generation,
    size: () => size,
    isFull: () => full,
  };
}
