/**
 * Changes of a phone number, one call of Graph each. No call is retried: Meta counts registrations, codes and
 * guesses of PINs, and a number that is tried too often is locked for days.
 */
import type { GraphClient } from './client.ts';

/** The number that the call changes, and the account whose budget it uses. */
export interface WriteTarget {
  readonly id: string;
  readonly accountId: string | null;
}

type Body = Readonly<Record<string, unknown>>;

export interface PhoneNumberWrites {
  /** `POST /{phone number}[/edge]` @param secrets texts of the body that no message may repeat */
  readonly toNumber: (target: WriteTarget, edge: NumberEdge | null, body: Body, secrets: readonly string[]) => Sent;
  /** `POST /{account}/edge` */
  readonly toAccount: (accountId: string, edge: AccountEdge, body: Body, secrets: readonly string[]) => Sent;
}

/** @throws GraphError; without `failure` the outcome is unknown */
type Sent = Promise<Readonly<Record<string, unknown>>>;

type NumberEdge = 'request_code' | 'verify_code' | 'register' | 'deregister' | 'settings' | 'conversational_automation';
type AccountEdge = 'phone_numbers' | 'subscribed_apps';

export function createPhoneNumberWrites(client: GraphClient): PhoneNumberWrites {
  return {
    async toNumber({ id, accountId }, edge, body, secrets) {
      const path = edge === null ? [id] : [id, edge];
      return (await client.post({ path, accountId, secrets }, body)).body;
    },
    async toAccount(accountId, edge, body, secrets) {
      return (await client.post({ path: [accountId, edge], accountId, secrets }, body)).body;
    },
  };
}
