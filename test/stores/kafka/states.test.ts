// What hubcast says of a Kafka that is not well, on a real broker: the table of docs/reliability.md.
// UPDATE_STATES=1 writes the table again; read the diff.
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pauseMs } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import type { ErrorCode, HubcastError } from '../../../src/core/errors.ts';
import { createLog } from '../../../src/core/log.ts';
import { checkCluster } from '../../../src/stores/kafka/check-cluster.ts';
import { inspectKafka } from '../../../src/stores/kafka/inspect.ts';
import type { KafkaStoreOptions } from '../../../src/stores/kafka/kafka-store.ts';
import type { Readiness, Store } from '../../../src/stores/store.ts';
import type { Finding } from '../../../src/stores/store-notes.ts';
import { createStoreCounts } from '../../../src/telemetry/metrics/store-counts.ts';
import { describeOwnKafka } from '../../support/kafka.ts';
import { makeAuthority, SERVER } from '../../support/tls-certificates.ts';
import { JAVA_OPTIONS, javaCommand } from './broker/jars.ts';
import { runWithInput } from './broker/run-with-input.ts';
import { type Broker, startBroker } from './broker/start.ts';
import { createGate, type Door } from './gate.ts';
import { makeRecord, openStore, topicPlan, untilReady } from './support.ts';

const DEADLINE_MS = 2_000;
const PAGE = join(import.meta.dirname, '..', '..', '..', 'docs', 'reliability.md');
const TABLE = /(<!-- states of Kafka -->\n)[\s\S]*?(<!-- end -->)/;
/** Kafka's protocol numbers of resources, operations and permissions. */
const ACL = { topic: 2, literal: 3, prefixed: 4, write: 4, deny: 2 };

interface State {
  readonly name: string;
  readonly begin: () => Promise<() => Promise<unknown>>;
  /** Contained in the error of a write to the first topic; null where it is stored all the same. */
  readonly error: string | null;
  /** Contained in the reason, or in a warning. */
  readonly ready: { readonly isReady: boolean; readonly says: string };
  /** Code of a finding, null for none. */
  readonly doctor: string | null;
  /** Whether writes to the second topic go on. */
  readonly othersGoOn: boolean;
  readonly options?: Partial<KafkaStoreOptions>;
  /** True where the settings are the trouble: there is nothing before it and nothing after. */
  readonly fromTheStart?: boolean;
  /** What clients meet at the broker's address before and after; plain where absent. */
  readonly door?: () => Door;
  /** Bytes of each value, to use up a quota. */
  readonly bytes?: number;
}

describeOwnKafka('what hubcast says of a Kafka that is not well', () => {
  let broker: Broker;
  let gate: ReturnType<typeof createGate>;
  let gatePort = 0;
  /** Its own address, which it does not advertise. */
  let bootstrap: string[] = [];
  const prefix = `t${randomBytes(4).toString('hex')}`;
  const [first, second] = [topicPlan('messages', prefix), topicPlan('accounts', prefix)];
  const plans = [first, second];
  const rows: string[][] = [];
  const stores: Store[] = [];
  const authority = makeAuthority('hubcast-brokers');
  const ours = authority.sign('/CN=hubcast');
  /** A certificate that is new each time, as after a renewal. */
  const secureDoor = () => authority.sign('/CN=broker', { extensions: SERVER });
  const tls = () => ({ ca: authority.cert, ...ours });

  async function changeDoor(door: Door = {}) {
    await gate.close();
    await gate.listen(gatePort, door);
  }

  /** Of clients that use TLS. The connections are cut, as by the restart of a broker. */
  const behind = (door: () => Door): Pick<State, 'begin' | 'options' | 'door'> => ({
    async begin() {
      await changeDoor(door());
      return () => changeDoor(secureDoor());
    },
    options: { tls },
    door: secureDoor,
  });

  beforeAll(async () => {
    broker = await startBroker({
      properties: {
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        'allow.everyone.if.no.acl.found': true,
      },
      async advertise(address) {
        bootstrap = [address];
        gate = createGate(address);
        gatePort = await gate.listen(0);
        return `127.0.0.1:${gatePort}`;
      },
    });
    const store = openStore(bootstrap, plans, { partitions: 2 });
    await untilReady(store);
    await store.close();
  }, 300_000);
  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()));
    await changeDoor();
  });
  afterAll(async () => {
    await broker?.close();
    await gate?.close();
  }, 60_000);

  const withAdmin = async (work: (admin: kafkajs.Admin) => Promise<unknown>) => {
    const admin = new kafkajs.Kafka({ brokers: broker.brokers, logLevel: 0 }).admin();
    await admin.connect();
    await work(admin).finally(() => admin.disconnect());
  };

  async function denyWrite(resourceName: string, resourcePatternType: number) {
    const where = { resourceType: ACL.topic, resourceName, resourcePatternType };
    const acl = { ...where, principal: 'User:*', host: '*', operation: ACL.write, permissionType: ACL.deny };
    await withAdmin((admin) => admin.createAcls({ acl: [acl] }));
    return () => withAdmin((admin) => admin.deleteAcls({ filters: [acl] }));
  }

  const setQuota = (change: readonly string[]) =>
    runWithInput(
      javaCommand(),
      [
        ...[...JAVA_OPTIONS, 'kafka.admin.ConfigCommand', '--bootstrap-server', broker.brokers.join(',')],
        ...['--alter', '--entity-type', 'clients', '--entity-name', 'hubcast-test', ...change],
      ],
      '',
    );

  const setTopic = (change: readonly { name: string; value: string }[]) =>
    withAdmin((admin) =>
      admin.alterConfigs({
        validateOnly: false,
        resources: [{ type: 2, name: first.name, configEntries: [...change] }],
      }),
    );

  const states: readonly State[] = [
    {
      name: 'The broker is gone',
      async begin() {
        await Promise.all([broker.kill(), gate.close()]);
        return async () => {
          await gate.listen(gatePort);
          await broker.start();
        };
      },
      error: 'ECONNREFUSED',
      ready: { isReady: false, says: 'ECONNREFUSED' },
      doctor: 'kafka_unreachable',
      othersGoOn: false,
    },
    {
      name: 'The broker is frozen',
      async begin() {
        await broker.freeze();
        return () => broker.resume();
      },
      error: 'did not answer within',
      ready: { isReady: false, says: 'cannot be used' },
      doctor: 'kafka_unreachable',
      othersGoOn: false,
    },
    {
      name: 'The address that the broker advertises cannot be reached',
      async begin() {
        await gate.close();
        return () => gate.listen(gatePort);
      },
      error: 'ECONNREFUSED',
      ready: { isReady: false, says: 'the address that it advertises' },
      doctor: 'kafka_leader_unreachable',
      othersGoOn: false,
    },
    {
      name: 'The right to write one topic is revoked',
      begin: () => denyWrite(first.name, ACL.literal),
      error: 'TOPIC_AUTHORIZATION_FAILED',
      ready: { isReady: true, says: 'does not let us write to topic' },
      doctor: null,
      othersGoOn: true,
    },
    {
      name: 'The right to write all topics is revoked',
      begin: () => denyWrite(prefix, ACL.prefixed),
      error: 'TOPIC_AUTHORIZATION_FAILED',
      ready: { isReady: false, says: 'does not let us write to topic' },
      doctor: null,
      othersGoOn: false,
    },
    {
      name: 'A quota throttles the client',
      async begin() {
        await setQuota(['--add-config', 'producer_byte_rate=4000']);
        return () => setQuota(['--delete-config', 'producer_byte_rate']);
      },
      error: 'throttles hubcast',
      ready: { isReady: false, says: 'its quota' },
      doctor: null,
      othersGoOn: false,
      bytes: 60_000,
    },
    {
      name: 'KAFKA_CLUSTER_ID names another cluster',
      begin: async () => async () => undefined,
      error: 'KAFKA_CLUSTER_ID is another',
      ready: { isReady: false, says: 'KAFKA_CLUSTER_ID is another' },
      doctor: 'kafka_other_cluster',
      othersGoOn: false,
      options: { clusterId: 'another' },
      fromTheStart: true,
    },
    {
      name: 'One replica and min.insync.replicas=2, which Kafka 4.3 accepts',
      async begin() {
        await setTopic([{ name: 'min.insync.replicas', value: '2' }]);
        return () => setTopic([]);
      },
      error: null,
      ready: { isReady: true, says: 'fewer in-sync replicas than min.insync.replicas' },
      doctor: 'topic_few_in_sync',
      othersGoOn: true,
    },
    {
      name: 'A replica that lags may become the leader',
      async begin() {
        await setTopic([{ name: 'unclean.leader.election.enable', value: 'true' }]);
        return () => setTopic([]);
      },
      error: null,
      ready: { isReady: true, says: 'unclean.leader.election.enable=true' },
      doctor: 'topic_unclean_election',
      othersGoOn: true,
    },
    {
      name: 'The certificate of the broker is renewed',
      ...behind(secureDoor),
      error: null,
      ready: { isReady: true, says: '' },
      doctor: null,
      othersGoOn: true,
    },
    {
      name: 'The certificate of the broker has expired',
      ...behind(() => authority.sign('/CN=broker', { extensions: SERVER, days: -1 })),
      error: 'certificate has expired',
      ready: { isReady: false, says: 'renew it on the brokers' },
      doctor: 'kafka_unreachable',
      othersGoOn: false,
    },
    {
      name: 'The certificate of the broker names another host',
      ...behind(() => authority.sign('/CN=broker', { extensions: ['subjectAltName=DNS:other.example'] })),
      error: 'does not match certificate',
      ready: { isReady: false, says: 'as their certificates do' },
      doctor: 'kafka_unreachable',
      othersGoOn: false,
    },
    {
      name: 'The certificate of the broker is from another authority',
      ...behind(() => makeAuthority('strangers').sign('/CN=broker', { extensions: SERVER })),
      error: 'unable to verify',
      ready: { isReady: false, says: 'KAFKA_TLS_CA_FILE' },
      doctor: 'kafka_unreachable',
      othersGoOn: false,
    },
  ];

  const textOf = (state: Readiness) => (state.ready ? (state.warnings ?? []).join(' ') : state.reason);

  async function write(store: Store, topic: string, bytes = 10): Promise<HubcastError | null> {
    const record = makeRecord(topic, { key: 'k', value: 'x'.repeat(bytes) });
    return store.append([record]).then(
      () => null,
      (error: HubcastError) => error,
    );
  }

  /** Writes until the condition holds; the first failure starts the clock. */
  async function writeUntil(
    store: Store,
    { bytes = 10 }: State,
    isMet: (error: HubcastError | null) => Promise<boolean>,
  ) {
    const untilMs = performance.now() + 40_000;
    for (;;) {
      const [error] = await Promise.all([write(store, first.name, bytes), write(store, second.name, bytes)]);
      if (await isMet(error)) return;
      if (performance.now() > untilMs) throw new Error(`not within 40 s: ${error?.message ?? 'stored'}`);
      await pauseMs(20);
    }
  }

  const addressesFor = (state: State) => (state.door === undefined ? bootstrap : broker.brokers);

  async function findingsOf(state: State): Promise<readonly string[]> {
    const found: Finding[] = [];
    const log = createLog('silent', process.stderr);
    const connection = { brokers: addressesFor(state), clientId: 'doctor', log, ...(state.door && { tls }) };
    await checkCluster(
      {
        inspect: () =>
          inspectKafka(
            connection,
            plans.map(({ name }) => name),
          ),
        plans,
        target: { partitions: 2, maxMessageBytes: 6 * 1024 * 1024 },
        createTopics: true,
        expectedClusterId: state.options?.clusterId ?? null,
      },
      { begin: () => undefined, skip: () => undefined, report: (one) => void found.push(one) },
    );
    return found.map(({ code }) => code);
  }

  it.each(states.map((state) => [state.name, state] as const))(
    '%s: named by the error, /ready and doctor within two deadlines, and over with the first write that works',
    async (_name, state) => {
      const lines: string[] = [];
      const log = createLog('warn', { write: (line: string) => void lines.push(line) });
      const { meter, failures } = createStoreCounts();
      if (state.door !== undefined) await changeDoor(state.door());
      const options = { writeTimeoutMs: DEADLINE_MS, log, meter, ...state.options };
      const store = openStore(addressesFor(state), plans, options);
      stores.push(store);
      if (state.fromTheStart !== true) {
        await untilReady(store);
        expect(await write(store, first.name)).toBeNull();
      }
      const end = await state.begin();
      try {
        let code: ErrorCode | undefined;
        if (state.error === null) expect(await write(store, first.name)).toBeNull();
        else
          await writeUntil(store, state, async (error) => {
            code = error?.code;
            return error?.message.includes(state.error ?? '') === true;
          });
        if (code !== undefined) expect(failures.get(code)).toBeGreaterThan(0);
        const { isReady, says } = state.ready;
        const untilMs = performance.now() + 2 * DEADLINE_MS;
        const isSaid = (readiness: Readiness) => readiness.ready === isReady && textOf(readiness).includes(says);
        for (let readiness = await store.readiness(); !isSaid(readiness); readiness = await store.readiness()) {
          if (performance.now() > untilMs) throw new Error(`/ready says: ${JSON.stringify(readiness)}`);
          // Warnings of topics come with a look-up, which a recent write puts off.
          await pauseMs(100);
          if (!isReady) await write(store, first.name, state.bytes);
        }
        if (state.othersGoOn) expect(await write(store, second.name)).toBeNull();
        const found = await findingsOf(state);
        if (state.doctor !== null) expect(found).toContain(state.doctor);
        const ready = `${isReady ? '200' : '503'}${says === '' ? '' : `${isReady ? ', warning' : ''}: … ${says} …`}`;
        const failed = code === undefined ? '' : `, \`hubcast_write_failures_total{code="${code}"}\` grows`;
        rows.push([
          state.name,
          state.error === null ? 'stored' : `503: … ${state.error} …`,
          ready,
          state.doctor === null ? '–' : `\`${state.doctor}\``,
          `\`hubcast_ready\` ${Number(isReady)}${failed}`,
          state.othersGoOn ? 'yes' : 'no',
        ]);
      } finally {
        await end();
      }
      if (state.fromTheStart === true) return;
      await writeUntil(store, state, async (error) => error === null);
      const overMs = performance.now() + 2 * DEADLINE_MS;
      const isOver = (readiness: Readiness) =>
        readiness.ready && (state.error === null || !textOf(readiness).includes(state.ready.says));
      for (let readiness = await store.readiness(); !isOver(readiness); readiness = await store.readiness()) {
        if (performance.now() > overMs) throw new Error(`still: ${JSON.stringify(readiness)}`);
        await Promise.all([write(store, first.name), write(store, second.name)]);
      }
    },
    120_000,
  );

  it('is in docs/reliability.md', () => {
    const table = [
      '| state | a webhook whose events it concerns | `/ready` | `hubcast doctor` | metrics | others go on |',
      '| --- | --- | --- | --- | --- | --- |',
      ...rows.map((row) => `| ${row.join(' | ')} |`),
      '',
    ].join('\n');
    const page = readFileSync(PAGE, 'utf8');
    const expected = page.replace(TABLE, (_, begin: string, end: string) => `${begin}${table}${end}`);
    if (process.env.UPDATE_STATES === '1') writeFileSync(PAGE, expected);
    else expect(page).toBe(expected);
  });
});
