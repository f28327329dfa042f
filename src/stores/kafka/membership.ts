/**
 * One holder among replicas, by Kafka's group protocol: the members of a group agree on one of them, the broker expels a
 * member that falls silent, and each agreement has a higher generation. There is nothing to share out, so the group
 * needs no topic; the positions its holder has taken in are the group's offsets, which the broker takes from the
 * present generation alone.
 */
import { createBackoff } from '../../core/backoff.ts';
import { isObject } from '../../core/is-object.ts';
import { createLogThrottle } from '../../core/log-throttle.ts';
import { pause, within } from '../../core/time-out.ts';
import type { Lease, Membership } from '../lease.ts';
import type { KafkaConnection } from './connection.ts';
import { describeKafkaError } from './errors.ts';
import { commitPositions, fetchPositions } from './group-positions.ts';
import { createSockets } from './sockets.ts';
import { type Coordinator, connectWire, kafkaError } from './wire.ts';

export interface MembershipOptions {
  readonly connection: KafkaConnection;
  readonly groupId: string;
  /** A holder that is silent for so long loses the lease. */
  readonly sessionTimeoutMs: number;
  /** Called with each lease; has ended its work soon after `signal` aborts. */
  readonly onLease: (lease: Lease) => Promise<void>;
  /** A clock that goes on while the process is frozen. */
  readonly now: () => number;
}

const PROTOCOL_TYPE = 'hubcast';
const PROTOCOL_NAME = 'one-holder-1';
const REBALANCE_TIMEOUT_MS = 10_000;
const LIMITS = { connectTimeoutMs: 2_000, requestTimeoutMs: 5_000 };
const BACKOFF = { firstMs: 100, longestMs: 2_000 };
const CLOSE_TIMEOUT_MS = 2_000;
const LOG_INTERVAL_MS = 60_000;

const ILLEGAL_GENERATION = 22;
const UNKNOWN_MEMBER_ID = 25;
const REBALANCE_IN_PROGRESS = 27;
const MEMBER_ID_REQUIRED = 79;
const EXPELLED: ReadonlySet<number> = new Set([ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID]);
const HOLDER = Buffer.from('holder');

interface OpenLease extends Lease {
  readonly end: AbortController;
  readonly ended: Promise<void>;
}

export function joinForHold(options: MembershipOptions): Membership {
  const { connection, groupId, sessionTimeoutMs, onLease, now } = options;
  const { log } = connection;
  const closing = new AbortController();
  let coordinator: Coordinator | null = null;
  let memberId = '';
  let generation = -1;
  /** In the present generation, as far as is known. */
  let joined = false;
  let renewedMs = Number.NEGATIVE_INFINITY;
  let lease: OpenLease | null = null;
  const mayLog = createLogThrottle({ intervalMs: LOG_INTERVAL_MS });

  const isFresh = () => now() - renewedMs < sessionTimeoutMs;
  const member = () => ({ groupId, memberId, groupGenerationId: generation, generationId: generation });

  function take(): void {
    const end = new AbortController();
    const isCurrent = () => lease?.end === end && joined && isFresh();
    const own: Lease = {
      generation,
      signal: end.signal,
      isValid: () => !end.signal.aborted && isCurrent(),
      positions: (topics) => withCoordinator((wire) => fetchPositions(wire, groupId, topics)),
      commit: (positions) =>
        withCoordinator((wire) => {
          if (!isCurrent()) throw new Error('the lease is lost');
          return commitPositions(wire, member(), positions);
        }),
    };
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    lease = { ...own, end, ended };
    onLease(own)
      .catch((error: unknown) => log.error({ error: describeKafkaError(error) }, 'the work of the holder failed'))
      .finally(resolve);
  }

  async function lose(): Promise<void> {
    const lost = lease;
    lease = null;
    lost?.end.abort();
    await lost?.ended;
  }

  async function withCoordinator<T>(work: (wire: Coordinator) => Promise<T>): Promise<T> {
    if (coordinator === null) throw new Error('the broker that keeps the group is not connected');
    return work(coordinator);
  }

  async function join(wire: Coordinator): Promise<void> {
    const metadata = Buffer.from(JSON.stringify({ holding: lease === null ? -1 : lease.generation }));
    const answer = await wire.joinGroup({
      groupId,
      memberId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: REBALANCE_TIMEOUT_MS,
      protocolType: PROTOCOL_TYPE,
      groupProtocols: [{ name: PROTOCOL_NAME, metadata }],
    });
    if (answer.errorCode === MEMBER_ID_REQUIRED) {
      ({ memberId } = answer);
      return;
    }
    if (answer.errorCode !== 0) return refused(answer.errorCode);
    ({ memberId, generationId: generation } = answer);
    const startedMs = now();
    const { errorCode, memberAssignment } = await wire.syncGroup({
      ...member(),
      groupAssignment: answer.leaderId === memberId ? assign(answer.members) : [],
    });
    if (errorCode !== 0) return refused(errorCode);
    joined = true;
    renewedMs = startedMs;
    const chosen = memberAssignment?.equals(HOLDER) === true;
    if (!chosen) await lose();
    else if (lease === null) take();
  }

  async function refused(code: number): Promise<void> {
    joined = false;
    if (code === REBALANCE_IN_PROGRESS) return;
    if (!EXPELLED.has(code)) throw kafkaError(code);
    if (code === UNKNOWN_MEMBER_ID) memberId = '';
    await lose();
  }

  async function stayIn(wire: Coordinator): Promise<void> {
    while (!closing.signal.aborted) {
      if (!joined) {
        await join(wire);
        continue;
      }
      await pause(sessionTimeoutMs / 4, closing.signal);
      if (closing.signal.aborted) return;
      const startedMs = now();
      const { errorCode } = await wire.heartbeat(member());
      if (errorCode === 0) renewedMs = startedMs;
      else await refused(errorCode);
    }
  }

  async function run(): Promise<void> {
    const backoff = createBackoff(BACKOFF);
    while (!closing.signal.aborted) {
      const sockets = createSockets();
      const end = () => sockets.destroy();
      try {
        const wire = await connectWire(connection, LIMITS, sockets);
        coordinator = await wire.coordinatorOf(groupId);
        backoff.reset();
        await stayIn(coordinator);
      } catch (error) {
        if (!closing.signal.aborted) warn(error);
      } finally {
        if (closing.signal.aborted && coordinator !== null && memberId !== '') await leave(coordinator);
        coordinator = null;
        end();
      }
      await pause(backoff.next(), closing.signal);
    }
  }

  async function leave(wire: Coordinator): Promise<void> {
    await within(wire.leaveGroup({ groupId, memberId }), CLOSE_TIMEOUT_MS, () => undefined).catch(() => undefined);
  }

  function warn(error: unknown): void {
    if (mayLog())
      log.warn({ group: groupId, error: describeKafkaError(error) }, 'the group of replicas cannot be reached');
  }

  /** While no answer comes: whoever holds must know in time that it does no longer. */
  const watchdog = setInterval(() => {
    if (lease === null || !joined || isFresh()) return;
    // A broker that comes back may know this member still, and answer its heartbeats as if nothing had been lost.
    joined = false;
    void lose();
  }, sessionTimeoutMs / 10);
  const running = run();

  return {
    isHolder: () => lease?.isValid() === true,
    async close() {
      clearInterval(watchdog);
      await lose();
      closing.abort();
      await within(running, 2 * CLOSE_TIMEOUT_MS, () => undefined);
    },
  };
}

/** Who holds goes on; else the first by name. */
function assign(members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[]) {
  const ranked = members
    .map(({ memberId, memberMetadata }) => ({ memberId, holding: holdingOf(memberMetadata) }))
    .toSorted((a, b) => b.holding - a.holding || (a.memberId < b.memberId ? -1 : 1));
  return ranked.map(({ memberId }, index) => ({ memberId, memberAssignment: index === 0 ? HOLDER : Buffer.alloc(0) }));
}

function holdingOf(metadata: Buffer): number {
  try {
    const said: unknown = JSON.parse(metadata.toString('utf8'));
    return isObject(said) && typeof said.holding === 'number' ? said.holding : -1;
  } catch {
    return -1;
  }
}
