/**
 * Signed webhooks whose every item is known: what topic, key and content its event must have, written down here from the README's
 * contract and not by hubcast's own code.
 */
import type { Random } from '../../src/sdk/testing/seeded-random.ts';

export interface Item {
  /** Stands somewhere in the item's text and nowhere else. */
  readonly marker: string;
  /** Of the topic: `<prefix>.<family>`. */
  readonly family: string;
  readonly key: string;
  /** Meta's object, which must come back member for member. */
  readonly value: unknown;
}

export interface Body {
  readonly text: string;
  readonly items: readonly Item[];
}

export interface Bodies {
  /** The next body of a connection: some keys are its own, some are shared with all others. */
  readonly next: (lane: number) => Body;
}

const ACCOUNT = '102290129340398';
const PHONE_NUMBER_ID = '106540352242922';
const SHARED_PEOPLE = 5;
const NAMES = ['Zoë', 'Ålesund', '李雷', 'محمد', '🌵 Cactus', 'plain'];
/** Above what the topics take once `record-limit-lowered` struck. */
export const LARGE_TEXT_CHARACTERS = 24_000;
/** Meta bundles receipts when much happens at once. */
const BUNDLED = 0.2;
const MOST_STATUSES = 200;
export const MARKER = /ledger-[0-9a-z]+-\d+/;

/** @param run tells the bodies of one episode from all others */
export function makeBodies(run: string, random: Random): Bodies {
  let count = 0;
  let seconds = 1_790_000_000;
  const below = (limit: number) => Math.floor(random() * limit);
  const pick = <T>(choices: readonly T[]) => choices[below(choices.length)] as T;
  const marker = () => {
    count += 1;
    return `ledger-${run}-${count}`;
  };
  const person = (lane: number) =>
    random() < 0.7 ? `1650${String(1_000_000 + lane * 10 + below(3))}` : `1651555000${below(SHARED_PEOPLE)}`;
  const text = () => {
    const dice = random();
    if (dice < 0.02) return 'x'.repeat(LARGE_TEXT_CHARACTERS);
    return `${pick(NAMES)} ${'.'.repeat(below(dice < 0.2 ? 2000 : 80))} "\\\n`;
  };

  function message(lane: number, broken: boolean): Item {
    const own = marker();
    const from = person(lane);
    const content = { timestamp: String(seconds), from, type: 'text', text: { body: `${text()}${own}` } };
    if (broken) {
      // A type that is no text: Meta never sends it, and it must be kept unchanged.
      return { marker: own, family: 'dead-letter', key: ACCOUNT, value: { id: `wamid.${own}`, ...content, type: 7 } };
    }
    const value = { id: `wamid.${own}`, ...content, unknown_member: [null, 1.5, { deep: true }] };
    return { marker: own, family: 'messages', key: `${PHONE_NUMBER_ID}:${from}`, value };
  }

  function status(lane: number): Item {
    const own = marker();
    const recipient_id = person(lane);
    const value = {
      id: `wamid.${own}`,
      status: pick(['sent', 'delivered', 'read']),
      timestamp: String(seconds),
      recipient_id,
    };
    return { marker: own, family: 'message-statuses', key: `${PHONE_NUMBER_ID}:${value.id}`, value };
  }

  function nameUpdate(lane: number): Item {
    const own = marker();
    const digits = person(lane);
    const value = {
      display_phone_number: digits,
      decision: pick(['APPROVED', 'DEFERRED']),
      requested_verified_name: `${pick(NAMES)} ${own}`,
      rejection_reason: null,
    };
    return { marker: own, family: 'phone-numbers', key: `${ACCOUNT}:${digits}`, value };
  }

  function unknownField(): Item {
    const own = marker();
    return { marker: own, family: 'unknown', key: ACCOUNT, value: { anything: [own, { n: below(1e6) }] } };
  }

  const several = (limit: number, make: () => Item) => Array.from({ length: 1 + below(limit) }, make);
  const metadata = { display_phone_number: '15550783881', phone_number_id: PHONE_NUMBER_ID };
  const changeOf = (field: string, value: unknown) => ({ field, value });
  const values = (items: readonly Item[]) => items.map(({ value }) => value);

  return {
    next(lane) {
      seconds += 1;
      const items: Item[] = [];
      const changes: unknown[] = [];
      const add = (more: readonly Item[], change: unknown) => {
        items.push(...more);
        changes.push(change);
      };
      for (let left = 1 + below(3); left > 0; left -= 1) {
        const dice = random();
        if (dice < 0.5) {
          const found = several(4, () => message(lane, random() < 0.02));
          add(found, changeOf('messages', { messaging_product: 'whatsapp', metadata, messages: values(found) }));
        } else if (dice < 0.75) {
          const found = several(random() < BUNDLED ? MOST_STATUSES : 6, () => status(lane));
          add(found, changeOf('messages', { messaging_product: 'whatsapp', metadata, statuses: values(found) }));
        } else if (dice < 0.95) {
          const found = nameUpdate(lane);
          add([found], changeOf('phone_number_name_update', found.value));
        } else {
          const found = unknownField();
          add([found], changeOf('ledger_field', found.value));
        }
      }
      const entry = [{ id: ACCOUNT, time: seconds, changes }];
      return { text: JSON.stringify({ object: 'whatsapp_business_account', entry }), items };
    },
  };
}
