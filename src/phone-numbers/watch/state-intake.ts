/** Input of the leader's state: lists of Graph, events, and late records of a replaced leader. */
import { decodeEvent } from '../../events/decoding/decode-event.ts';
import type { StoredRecord } from '../../records/record.ts';
import type { Snapshot } from '../look-ups/account-list.ts';
import { LeaseLost, type LeaseWork } from './lease-work.ts';
import { applyEvent, type KeptNumber } from './number-state.ts';
import { toChange } from './state-from-events.ts';
import { applyList, type Missing } from './state-list.ts';
import { generationOf } from './state-records.ts';
import type { StateView } from './state-view.ts';
import type { StateWriter } from './state-writer.ts';

export interface StateIntakeOptions {
  readonly generation: number;
  readonly view: StateView;
  readonly writer: StateWriter;
  readonly lease: Pick<LeaseWork, 'end'>;
  readonly lastList: (accountId: string) => Snapshot | null;
  readonly onEvent: (event: StoredRecord) => void;
  readonly log: { readonly warn: (about: object, text: string) => void };
}

export interface StateIntake {
  /** The last list of the account is not in the state yet. */
  readonly hasNewList: (accountId: string) => boolean;
  readonly takeList: (accountId: string) => Promise<void>;
  readonly takeEvent: (record: StoredRecord) => Promise<void>;
  /** Overwrites a record of a replaced leader or of another program. @throws LeaseLost if a newer leader wrote it */
  readonly repair: (record: StoredRecord) => Promise<void>;
}

export function createStateIntake(options: StateIntakeOptions): StateIntake {
  const { generation, view, writer, lease, lastList, onEvent, log } = options;
  const taken = new Map<string, Snapshot>();
  const missing: Missing = new Map();

  return {
    hasNewList: (accountId) => lastList(accountId) !== (taken.get(accountId) ?? null),

    async takeList(accountId) {
      const snapshot = lastList(accountId);
      if (snapshot === null || taken.get(accountId) === snapshot) return;
      const account = view.account(accountId) ?? { list: null, numbers: new Map<string, KeptNumber>() };
      await writer.store(accountId, applyList(accountId, account, snapshot, missing));
      taken.set(accountId, snapshot);
    },

    async takeEvent(record) {
      const event = decoded(record);
      if (event === null || event.type === 'whatsapp.phone_number.changed') return;
      const [accountId = ''] = record.key?.split(':') ?? [];
      if (record.timestampMs > (taken.get(accountId)?.fetchedAtMs ?? 0)) onEvent(record);
      const change = toChange(event);
      const account = change === null ? undefined : view.account(change.accountId);
      if (change === null || account === undefined) return;
      const about = change.digits === null ? [...account.numbers.values()] : [account.numbers.get(change.digits)];
      const lastReadMs = taken.get(change.accountId)?.fetchedAtMs ?? account.list?.readAtMs ?? null;
      const pairs = about.flatMap((before) => {
        const after = before === undefined ? undefined : applyEvent(before, change, lastReadMs);
        return before === undefined || after === undefined || after === before ? [] : [{ before, after }];
      });
      const changes = pairs
        .filter(({ before, after }) => after.version !== before.version)
        .map((pair) => ({ ...pair, atMs: change.atMs, eventId: change.by }));
      await writer.store(change.accountId, {
        changes,
        steps: [pairs.map(({ after }) => ({ kind: 'number', number: after }))],
      });
    },

    async repair(record) {
      const written = generationOf(record);
      if (written === generation || record.key === null) return;
      if (written !== null && written > generation) {
        lease.end();
        throw new LeaseLost();
      }
      const who =
        written === null ? 'a record has no generation that a leader can have' : 'a replaced leader wrote late';
      log.warn({ key: record.key, generation: written }, `${who}; it is written over`);
      await writer.writeOver(record.key);
    },
  };
}

function decoded({ value }: StoredRecord): ReturnType<typeof decodeEvent> | null {
  try {
    return decodeEvent({ value });
  } catch {
    return null;
  }
}
