/**
 * Bytes that the watch over 500 accounts with 20 numbers each keeps in memory: the state of a follower as it was read
 * from its records, and for a leader the lists of its look-ups besides. Run with --expose-gc; prints JSON.
 */
import { createDirectory } from '../../../src/phone-numbers/look-ups/directory.ts';
import type { KeptNumber } from '../../../src/phone-numbers/watch/number-state.ts';
import { applyEvent, newNumber } from '../../../src/phone-numbers/watch/number-state.ts';
import { toReading } from '../../../src/phone-numbers/watch/state-from-graph.ts';
import { toListRecord, toStateRecord } from '../../../src/phone-numbers/watch/state-records.ts';
import { createStateView } from '../../../src/phone-numbers/watch/state-view.ts';
import { DELIVERY_ID } from '../../support/receive-into.ts';

const ACCOUNTS = 500;
const NUMBERS = 20;
const AT = Date.UTC(2026, 10, 22, 10);
const options = {
  naming: { prefix: 'whatsapp', names: {} },
  app: 'main',
  generation: 1,
  nowMs: AT,
  deliveryId: DELIVERY_ID,
};

const accountIds = Array.from({ length: ACCOUNTS }, (_, index) => String(102290129340000 + index));
const digitsOf = (account: number, index: number) => String(16310000000 + account * NUMBERS + index);

/** As Graph sends it, every field filled. */
function listText(account: number): string {
  const numbers = Array.from({ length: NUMBERS }, (_, index) => ({
    id: String(106540352000000 + account * NUMBERS + index),
    display_phone_number: `+${digitsOf(account, index)}`,
    verified_name: `Lucky Shrub ${account} ${index}`,
    status: 'CONNECTED',
    code_verification_status: 'VERIFIED',
    quality_rating: 'GREEN',
    quality_score: { score: 'GREEN', date: 1_763_800_000 + index },
    platform_type: 'CLOUD_API',
    throughput: { level: 'STANDARD' },
    account_mode: 'LIVE',
    name_status: 'APPROVED',
    last_onboarded_time: '2025-02-04T17:40:07+0000',
    webhook_configuration: { application: `https://hooks.example/${account}/webhook` },
    whatsapp_business_manager_messaging_limit: 'TIER_100K',
    is_official_business_account: false,
    is_pin_enabled: true,
    is_on_biz_app: false,
    health_status: { can_send_message: 'AVAILABLE', entities: [{ entity_type: 'WABA', id: accountIds[account] }] },
  }));
  return JSON.stringify(numbers);
}

function told(number: KeptNumber, index: number): KeptNumber {
  const members = {
    name_decision: 'APPROVED',
    restrictions: [{ type: 'RESTRICTED_BIZ_INITIATED_MESSAGING', expires_at: null }],
  };
  return applyEvent(number, { members, atMs: AT + index, by: index.toString(16).padStart(32, '0') }, null);
}

function heapUsed(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

const view = createStateView();
const directory = createDirectory({
  accountIds,
  ttlMs: 1e9,
  now: () => AT,
  list: async (accountId) => JSON.parse(listText(accountIds.indexOf(accountId))),
  one: () => Promise.reject(new Error('not asked')),
  account: () => Promise.reject(new Error('not asked')),
});
const empty = heapUsed();
let recordBytes = 0;
for (const [account, accountId] of accountIds.entries()) {
  const digits: string[] = [];
  const records = (JSON.parse(listText(account)) as { id: string }[]).map((value, index) => {
    digits.push(digitsOf(account, index));
    const number = newNumber({ accountId, digits: digitsOf(account, index) }, toReading(value), { atMs: AT, after: 0 });
    return toStateRecord(told(number, index), options);
  });
  records.push(toListRecord({ accountId, digits, removedVersion: 0, readAtMs: AT }, options));
  for (const record of records) {
    recordBytes += Buffer.byteLength(record.value);
    if (!view.take({ ...record, partition: 0, offset: '0' })) throw new Error('the record is not one of the state');
  }
}
const stateBytes = heapUsed() - empty;
for (const accountId of accountIds) await directory.readList(accountId, 0);
const leaderBytes = heapUsed() - empty;
const known = [...directory.known()].length;
process.stdout.write(JSON.stringify({ numbers: view.size(), known, stateBytes, leaderBytes, recordBytes }));
