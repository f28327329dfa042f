/**
 * Operations on phone numbers: the input is checked, the attempt is put on record, Meta is asked once, the outcome is put
 * on record. Without the first record nothing is done; PINs, codes and verify tokens are in none of them.
 */
import { HubcastError, isHubcastError, messageOf } from '../../core/errors.ts';
import type { Actor } from '../../events/system/actor.ts';
import type { GraphClient } from '../../meta-graph/client.ts';
import type { PhoneNumberWrites, WriteTarget } from '../../meta-graph/phone-number-writes.ts';
import { readId } from '../look-ups/parse-number.ts';
import type { ManagedEvent, RecordManaged } from './audit.ts';
import { CHANGES, type ChangeName, type ChangeOperation } from './changes.ts';
import { explain } from './explain.ts';
import { readInput, shownOf } from './inputs.ts';
import { type ManagedNumber, READINGS, type ReadingName, type ReadOperation } from './readings.ts';

export type OperationName = ChangeName | ReadingName;

export const MANAGEMENT_OPERATIONS: Readonly<Record<OperationName, ChangeOperation | ReadOperation>> = {
  ...READINGS,
  ...CHANGES,
};

export interface ManagementOptions {
  readonly client: GraphClient;
  readonly writes: PhoneNumberWrites;
  /** The accounts that may be changed. */
  readonly accountIds: readonly string[];
  /** @throws HubcastError `phone_number_not_found`, or why the number cannot be read */
  readonly numberOf: (id: string, options: { readonly fresh: boolean }) => Promise<ManagedNumber>;
  /** Called with what has changed, so that it is read again. */
  readonly changed: (accountId: string, digits: string | null) => void;
  /** Resolves once the event is durable; null if no event is recorded. */
  readonly record: RecordManaged | null;
  /** Called with an outcome that could not be put on record. */
  readonly onUnrecorded: (event: ManagedEvent, reason: string) => void;
  readonly newOperationId: () => string;
}

export interface Management {
  /**
   * @param id of the number or the account
   * @param body what the operation takes; ignored for operations without a body
   * @param name an `OperationName`
   * @throws HubcastError `invalid_body`, `operation_refused`, `operation_unknown`, …
   */
  readonly run: (name: string, id: string, body: unknown, actor: Actor) => Promise<object>;
}

export function createManagement(options: ManagementOptions): Management {
  return {
    async run(name, id, body, actor) {
      if (isChange(name)) return change(name, { id, body, actor }, options);
      if (isReading(name)) return read(name, id, options);
      throw new HubcastError('not_found', 'No such operation.');
    },
  };
}

async function read(name: ReadingName, id: string, options: ManagementOptions): Promise<object> {
  const operation = READINGS[name];
  const number = await targetOf(operation.on, id, options, name === 'registration');
  try {
    return await operation.read(options.client, id, number);
  } catch (error) {
    throw isHubcastError(error) && error.code === 'graph_unavailable' ? error : explain(error, operation.on, null);
  }
}

/** @returns null for an account */
async function targetOf(
  on: 'number' | 'account',
  id: string,
  { accountIds, numberOf }: ManagementOptions,
  fresh: boolean,
): Promise<ManagedNumber | null> {
  readId(id);
  if (on === 'number') {
    const number = await numberOf(id, { fresh });
    // Look-ups may see more: a partner's token reaches the accounts of all its customers.
    if (number.accountId !== null && accountIds.includes(number.accountId)) return number;
    throw new HubcastError('phone_number_not_found', `Number ${id} is not in one of the accounts that may be changed.`);
  }
  if (accountIds.includes(id)) return null;
  throw new HubcastError('account_not_found', `Account ${id} is not one of WABA_IDS.`);
}

interface Requested {
  readonly id: string;
  readonly body: unknown;
  readonly actor: Actor;
}

async function change(name: ChangeName, { id, body, actor }: Requested, options: ManagementOptions): Promise<object> {
  const operation: ChangeOperation = CHANGES[name];
  const input = operation.input === null ? {} : readInput(operation.input, body);
  const number = await targetOf(operation.on, id, options, false);
  const target: WriteTarget = { id, accountId: number === null ? id : number.accountId };
  const event: StartedEvent = {
    operation: name,
    operationId: options.newOperationId(),
    actor,
    accountId: target.accountId,
    phoneNumberId: number?.id ?? null,
    digits: number?.digits ?? null,
    input: operation.input === null ? {} : shownOf(operation.input, input),
    metaReply: null,
    error: null,
  };
  await options.record?.({ ...event, outcome: 'started' });
  let reply: Readonly<Record<string, unknown>>;
  try {
    reply = await operation.send(options.writes, target, input);
    throwWithoutSuccess(reply);
  } catch (error) {
    const explained = explain(error, operation.on, name);
    const outcome = isHubcastError(explained) && explained.code !== 'operation_unknown' ? 'refused' : 'unknown';
    await finish({ ...event, outcome, error: toErrorMember(explained) }, options);
    throw explained;
  }
  const phoneNumberId = operation.answer === 'NumberAdded' ? idOf(reply.id) : event.phoneNumberId;
  const metaReply = metaReplyOf(reply);
  const audit = await finish({ ...event, outcome: 'done', phoneNumberId, metaReply }, options);
  return {
    operation: name,
    operation_id: event.operationId,
    about: operation.done,
    audit,
    phone_number_id: phoneNumberId,
    account_id: target.accountId,
    meta_reply: metaReply,
  };
}

type StartedEvent = Omit<ManagedEvent, 'outcome'>;

/** @throws HubcastError `operation_refused` */
function throwWithoutSuccess(reply: Readonly<Record<string, unknown>>): void {
  if (reply.success !== false && reply.success !== 'false') return;
  const metaReply = metaReplyOf(reply);
  throw new HubcastError('operation_refused', 'Meta answered that it had no success, and gave no error.', {
    details: metaReply === null ? undefined : { meta_says: JSON.stringify(metaReply) },
  });
}

/** The operation is over: an outcome that cannot be stored must not hide what came of it. */
async function finish(
  last: ManagedEvent,
  { changed, record, onUnrecorded }: ManagementOptions,
): Promise<'complete' | 'outcome_missing' | 'off'> {
  if (last.accountId !== null) changed(last.accountId, last.digits);
  if (record === null) return 'off';
  try {
    await record(last);
    return 'complete';
  } catch (error) {
    onUnrecorded(last, messageOf(error));
    return 'outcome_missing';
  }
}

function isChange(name: string): name is ChangeName {
  return Object.hasOwn(CHANGES, name);
}

function isReading(name: string): name is ReadingName {
  return Object.hasOwn(READINGS, name);
}

function idOf(value: unknown): string | null {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && /^\d{1,20}$/.test(text) ? text : null;
}

const MAX_REPLY_MEMBERS = 20;
/** Of a member of the reply, in characters of JSON: it goes into the audit event. */
const LONGEST_MEMBER = 1_000;

/** What Meta replied beside `success`, secrets removed; null if there are no other members. */
function metaReplyOf({ success: _, ...members }: Readonly<Record<string, unknown>>): ManagedEvent['metaReply'] {
  const kept = Object.entries(members).slice(0, MAX_REPLY_MEMBERS);
  if (kept.length === 0) return null;
  const short = (value: unknown) => (JSON.stringify(value).length > LONGEST_MEMBER ? '[too long]' : value);
  return Object.fromEntries(kept.map(([name, value]) => [name.slice(0, LONGEST_MEMBER), short(value)]));
}

function toErrorMember(error: unknown): ManagedEvent['error'] {
  const none = { meta_code: null, meta_subcode: null, fbtrace_id: null, meta_says: null };
  if (!isHubcastError(error)) return { code: 'internal', ...none };
  const { meta_code, meta_subcode, fbtrace_id, meta_says } = error.details ?? {};
  return {
    code: error.code,
    meta_code: typeof meta_code === 'number' ? meta_code : null,
    meta_subcode: typeof meta_subcode === 'number' ? meta_subcode : null,
    fbtrace_id: typeof fbtrace_id === 'string' ? fbtrace_id : null,
    meta_says: typeof meta_says === 'string' ? meta_says : null,
  };
}
