/**
 * Elects one holder among replicas by Kafka's group protocol: the members of a group agree on one member, the broker expels a
 * silent member, and each agreement has a higher generation. The group assigns no partitions, so it
 * needs no topic. The positions that its holder has processed are the group's offsets, which the broker accepts from the
 * current generation only. kafkajs' own consumer would need a topic, and its heartbeats wait for its fetches.
 *
 *   connecting --coordinator found--> joining --joined, chosen------> holding --heartbeat--> holding
 *       ^                              ^   |                             |
 *       |                              |   +--joined, not chosen--> standing by
 *       |                              +--another member came or left--------+
 *       +--connection lost: the lease goes on until its session has passed without an answer
 *
 * The lease ends when another member is chosen, when the broker expels this one, or when the session has passed.
 */
import { createBackoff } from '../../core/backoff.ts';
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
  /** A holder that is silent for this long loses the lease. */
  readonly sessionTimeoutMs: number;
  /** Called with each lease. It must end soon after `signal` aborts. */
  readonly onLease: (lease: Lease) => Promise<void>;
  /** A clock that continues while the process is frozen. */
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
const NOT_HOLDING = -1;

export function joinForHold(options: MembershipOptions): Membership {
  const member = new GroupMember(options);
  return { close: () => member.close() };
}

class GroupMember {
  readonly #options: MembershipOptions;
  readonly #mayLog = createLogThrottle({ intervalMs: LOG_INTERVAL_MS });
  readonly #closing = new AbortController();
  readonly #watchdog: NodeJS.Timeout;
  readonly #running: Promise<void>;
  #coordinator: Coordinator | null = null;
  #memberId = '';
  #generation = -1;
  /** Member of the current generation, as far as this process knows. */
  #isJoined = false;
  #renewedMs = Number.NEGATIVE_INFINITY;
  #held: { readonly generation: number; readonly end: AbortController; readonly ended: Promise<void> } | null = null;

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.#watchdog = setInterval(() => this.#endStale(), options.sessionTimeoutMs / 10);
    this.#running = this.#run();
  }

  /** Gives the lease back, so that another replica has it at once. */
  async close(): Promise<void> {
    clearInterval(this.#watchdog);
    await this.#lose();
    this.#closing.abort();
    await within(this.#running, 2 * CLOSE_TIMEOUT_MS, () => undefined);
  }

  async #run(): Promise<void> {
    const { connection, groupId } = this.#options;
    const { signal } = this.#closing;
    const backoff = createBackoff(BACKOFF);
    while (!signal.aborted) {
      const sockets = createSockets();
      try {
        const wire = await connectWire(connection, LIMITS, sockets);
        this.#coordinator = await wire.coordinatorOf(groupId);
        backoff.reset();
        await this.#stayIn(this.#coordinator);
        if (this.#memberId !== '') await this.#leave(this.#coordinator);
      } catch (error) {
        const about = { group: groupId, error: describeKafkaError(error) };
        if (!signal.aborted && this.#mayLog()) connection.log.warn(about, 'the group of replicas cannot be used');
      } finally {
        this.#coordinator = null;
        sockets.destroy();
      }
      await pause(backoff.next(), signal);
    }
  }

  async #stayIn(coordinator: Coordinator): Promise<void> {
    const { sessionTimeoutMs, now } = this.#options;
    const { signal } = this.#closing;
    while (!signal.aborted) {
      if (!this.#isJoined) {
        await this.#join(coordinator);
        continue;
      }
      await pause(sessionTimeoutMs / 4, signal);
      if (signal.aborted) return;
      const startedMs = now();
      const { errorCode } = await coordinator.heartbeat(this.#identity());
      if (errorCode === 0) this.#renewedMs = startedMs;
      else await this.#refused(errorCode);
    }
  }

  async #join(coordinator: Coordinator): Promise<void> {
    const { groupId, sessionTimeoutMs, now } = this.#options;
    const answer = await coordinator.joinGroup({
      groupId,
      memberId: this.#memberId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: REBALANCE_TIMEOUT_MS,
      protocolType: PROTOCOL_TYPE,
      groupProtocols: [{ name: PROTOCOL_NAME, metadata: Buffer.from(String(this.#held?.generation ?? NOT_HOLDING)) }],
    });
    if (answer.errorCode === MEMBER_ID_REQUIRED) {
      this.#memberId = answer.memberId;
      return;
    }
    if (answer.errorCode !== 0) return this.#refused(answer.errorCode);
    this.#memberId = answer.memberId;
    this.#generation = answer.generationId;
    const startedMs = now();
    const { errorCode, memberAssignment } = await coordinator.syncGroup({
      ...this.#identity(),
      groupAssignment: answer.leaderId === this.#memberId ? assign(answer.members) : [],
    });
    if (errorCode !== 0) return this.#refused(errorCode);
    this.#isJoined = true;
    this.#renewedMs = startedMs;
    if (memberAssignment?.equals(HOLDER) !== true) await this.#lose();
    else if (this.#held === null) this.#hold();
  }

  async #refused(code: number): Promise<void> {
    this.#isJoined = false;
    if (code === REBALANCE_IN_PROGRESS) return;
    if (!EXPELLED.has(code)) throw kafkaError(code);
    if (code === UNKNOWN_MEMBER_ID) this.#memberId = '';
    await this.#lose();
  }

  #hold(): void {
    const { groupId, onLease, connection } = this.#options;
    const end = new AbortController();
    const isValid = () => !end.signal.aborted && this.#held?.end === end && this.#isJoined && this.#isFresh();
    const lease: Lease = {
      generation: this.#generation,
      signal: end.signal,
      isValid,
      positions: async (topics) => fetchPositions(this.#connected(), groupId, topics),
      commit: async (positions) => {
        if (!isValid()) throw new Error('the lease is lost');
        await commitPositions(this.#connected(), this.#identity(), positions);
      },
    };
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    this.#held = { generation: this.#generation, end, ended };
    onLease(lease)
      .catch((error: unknown) =>
        connection.log.error({ error: describeKafkaError(error) }, 'the work of the holder failed'),
      )
      .finally(resolve);
  }

  async #lose(): Promise<void> {
    const lost = this.#held;
    this.#held = null;
    lost?.end.abort();
    await lost?.ended;
  }

  /** While no answer comes the holder must know in time that the broker may have expelled it. */
  #endStale(): void {
    if (this.#held === null || !this.#isJoined || this.#isFresh()) return;
    // A recovered broker may still know this member and answer its heartbeats as if the lease had never ended.
    this.#isJoined = false;
    void this.#lose();
  }

  async #leave(coordinator: Coordinator): Promise<void> {
    const leaving = coordinator.leaveGroup({ groupId: this.#options.groupId, memberId: this.#memberId });
    await within(leaving, CLOSE_TIMEOUT_MS, () => undefined);
  }

  #isFresh(): boolean {
    return this.#options.now() - this.#renewedMs < this.#options.sessionTimeoutMs;
  }

  #identity() {
    const { groupId } = this.#options;
    const generation = this.#generation;
    return { groupId, memberId: this.#memberId, groupGenerationId: generation, generationId: generation };
  }

  #connected(): Coordinator {
    if (this.#coordinator === null) throw new Error('the broker that keeps the group is not connected');
    return this.#coordinator;
  }
}

/** The present holder keeps the lease; without one the first member by name gets it. */
function assign(members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[]) {
  const ranked = members
    .map(({ memberId, memberMetadata }) => ({ memberId, holding: Number(memberMetadata.toString()) || NOT_HOLDING }))
    .toSorted((a, b) => b.holding - a.holding || (a.memberId < b.memberId ? -1 : 1));
  return ranked.map(({ memberId }, index) => ({ memberId, memberAssignment: index === 0 ? HOLDER : Buffer.alloc(0) }));
}
