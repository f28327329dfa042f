/** The group that elects the numbers' leader, on a real broker: members that come, go and do not belong there. */
import { afterEach, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { createLog } from '../../../src/core/log.ts';
import { joinForHold } from '../../../src/stores/kafka/membership.ts';
import type { Lease, Membership } from '../../../src/stores/lease.ts';
import { describeKafka } from '../../support/kafka.ts';
import { until } from '../../support/until.ts';
import { makeTopics } from './support.ts';

const SESSION_MS = 6_000;

describeKafka('the group that elects one holder', (kafka) => {
  const cleanups: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  });
  let groups = 0;
  const newGroup = () => {
    groups += 1;
    return `membership-${process.pid}-${Date.now()}-${groups}`;
  };

  const client = () => new kafkajs.Kafka({ brokers: [...kafka.brokers], logLevel: 0 });
  async function newTopic(): Promise<string> {
    const topic = `${newGroup()}-topic`;
    const admin = client().admin();
    await admin.connect();
    await makeTopics(admin, [{ topic }]);
    await admin.disconnect();
    return topic;
  }

  /** Holds until its lease aborts. */
  function join(groupId: string) {
    const leases: Lease[] = [];
    const lines: string[] = [];
    const membership: Membership = joinForHold({
      connection: {
        brokers: kafka.brokers,
        clientId: 'hubcast-test',
        log: createLog('warn', { write: (line: string) => void lines.push(line) }),
      },
      groupId,
      sessionTimeoutMs: SESSION_MS,
      onLease(lease) {
        leases.push(lease);
        return new Promise((resolve) => lease.signal.addEventListener('abort', () => resolve(), { once: true }));
      },
      now: () => performance.now(),
    });
    cleanups.push(() => membership.close());
    return { leases, lines, close: () => membership.close() };
  }

  it('keeps its holder when members come, though nobody may write while they choose', async () => {
    const groupId = newGroup();
    const first = join(groupId);
    await until(() => first.leases.length === 1);
    const [lease] = first.leases as [Lease];
    let pauses = 0;
    let wasValid = lease.isValid();
    const watching = setInterval(() => {
      if (wasValid && !lease.isValid()) pauses += 1;
      wasValid = lease.isValid();
    }, 0);
    cleanups.push(async () => clearInterval(watching));
    const second = join(groupId);
    await until(() => pauses > 0 && lease.isValid());
    expect(lease.signal.aborted).toBe(false);
    expect([first.leases.length, second.leases.length]).toEqual([1, 0]);
    const topic = await newTopic();
    await lease.commit(new Map([[`${topic}/0`, '7']]));

    await first.close();
    expect(lease.signal.aborted).toBe(true);
    await until(() => second.leases.length === 1);
    const [next] = second.leases as [Lease];
    expect(next.generation).toBeGreaterThan(lease.generation);
    expect(await next.positions([topic])).toEqual(new Map([[`${topic}/0`, '7']]));
    await expect(lease.commit(new Map([[`${topic}/0`, '8']]))).rejects.toThrow('the lease is lost');
  });

  it('names another program that is a member, and elects as soon as that has left', async () => {
    const groupId = newGroup();
    const topic = await newTopic();
    const stranger = client().consumer({ groupId });
    cleanups.push(() => stranger.disconnect());
    const joined = new Promise((resolve) => stranger.on(stranger.events.GROUP_JOIN, resolve));
    await stranger.connect();
    await stranger.subscribe({ topic });
    await stranger.run({ eachMessage: async () => undefined });
    await joined;

    const member = join(groupId);
    await until(() => member.lines.length > 0);
    expect(member.lines[0]).toContain(groupId);
    expect(member.lines[0]).toContain('Another program is a member of the group');
    expect(member.leases).toHaveLength(0);
    await stranger.disconnect();
    await until(() => member.leases.length === 1);
  });
});
