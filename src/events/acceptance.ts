/** Which events of a POST are stored and where, by account and by family; and the counts for its log line. */
import type { Family } from '../fields/families.ts';
import { type SplitEvent, TEST_ENTRY_ID } from './event.ts';

/** Whose events are accepted. Events that name no account, and those of the Test button, always are. */
export interface AcceptedAccounts {
  readonly ours: ReadonlySet<string>;
  /** What happens to events of other accounts: `quarantine` stores them in the topic of unknown fields. */
  readonly others: 'quarantine' | 'drop';
}

export interface AcceptanceOptions {
  /** Families that are stored; dead letters always are. */
  readonly families: readonly Family[];
  /** Undefined accepts every account. */
  readonly accounts?: AcceptedAccounts | undefined;
}

/** What became of a POST, for the log line. */
export interface Receipt {
  readonly events: number;
  readonly unknown: number;
  readonly deadLetters: number;
  /** Events of families that are not published, or of accounts that are not accepted. */
  readonly dropped: number;
  /** Events of accounts that are not ours; 0 where every account is accepted. */
  readonly foreign: number;
}

export interface Acceptance {
  /** Events of accepted accounts, quarantined ones in their new family. */
  readonly accepted: readonly SplitEvent[];
  /** Those of them whose family is stored. */
  readonly published: readonly SplitEvent[];
  readonly receipt: Receipt;
}

export type Accept = (events: readonly SplitEvent[]) => Acceptance;

export function createAcceptance({ families, accounts }: AcceptanceOptions): Accept {
  const stored: ReadonlySet<Family> = new Set([...families, 'dead-letter']);
  return (events) => {
    const accepted = accounts === undefined ? events : acceptAccounts(events, accounts);
    const published: SplitEvent[] = [];
    for (const event of accepted) if (stored.has(event.family)) published.push(event);
    let unknown = 0;
    let deadLetters = 0;
    for (const { family } of events) {
      if (family === 'unknown') unknown += 1;
      else if (family === 'dead-letter') deadLetters += 1;
    }
    const foreign = accounts === undefined ? 0 : events.filter((event) => isForeign(event, accounts)).length;
    const dropped = events.length - published.length;
    return { accepted, published, receipt: { events: events.length, unknown, deadLetters, dropped, foreign } };
  };
}

function acceptAccounts(events: readonly SplitEvent[], accounts: AcceptedAccounts): readonly SplitEvent[] {
  return events.flatMap((event) => {
    if (!isForeign(event, accounts)) return [event];
    return accounts.others === 'drop' ? [] : [{ ...event, family: 'unknown' as const }];
  });
}

function isForeign({ accountId }: SplitEvent, { ours }: AcceptedAccounts): boolean {
  return accountId !== null && accountId !== TEST_ENTRY_ID && !ours.has(accountId);
}
