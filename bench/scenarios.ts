import type { WorkloadName } from './load/workloads.ts';

/** The scenarios as data: what is served, what is sent, how. A new scenario is one entry; a target is one more. */
export type ServerName =
  | 'sink'
  | 'floor-bare'
  | 'floor-express'
  | 'floor-json'
  | 'floor-kafkajs'
  | 'floor-sqlite'
  | 'look-ups'
  | 'no-store'
  | 'journal'
  | 'spool'
  | 'kafka'
  | 'kafka-workers-1'
  | 'kafka-workers-2';

/** A server of a run: of this checkout, or of the one that `--against` names. */
export type ServerKey = ServerName | `${ServerName}@against`;

export interface Scenario {
  readonly name: string;
  readonly about: string;
  readonly server: ServerName;
  /** Served by the checkout that `--against` names. */
  readonly against?: true;
  readonly workload: WorkloadName;
  readonly connections: number;
  /** Requests a second of an open loop; absent, the loop is closed. */
  readonly perSecond?: number;
  /** The scenario whose figure of the same round this one's is divided by, in requests/s or, with `updates`, in updates/s. */
  readonly over?: { readonly scenario: string; readonly by: 'requests' | 'updates' };
}

/** Servers without hubcast's own code: the same in every checkout. */
export const FLOORS: ReadonlySet<ServerName> = new Set([
  'sink',
  'floor-bare',
  'floor-express',
  'floor-json',
  'floor-kafkajs',
  'floor-sqlite',
]);

export const serverKey = ({ server, against }: Scenario): ServerKey => (against ? `${server}@against` : server);

/** Each scenario of the service, followed by the same one served by the other checkout. */
export function withTwins(scenarios: readonly Scenario[]): readonly Scenario[] {
  return scenarios.flatMap((scenario) => {
    // 'no-store' runs from this checkout's source.
    if (FLOORS.has(scenario.server) || scenario.server === 'no-store') return [scenario];
    const { over: _, ...rest } = scenario;
    return [scenario, { ...rest, name: twinOf(scenario.name), against: true as const }];
  });
}

export const twinOf = (name: string): string => `${name}@against`;

const SMALL = { workload: 'name-update', connections: 64 } as const;
const LARGE = { workload: 'statuses-1000', connections: 16 } as const;
const MANY = { ...SMALL, connections: 256 } as const;
/** The frame every webhook service on Express has to carry. */
const EXPRESS = { over: { scenario: 'floor-express', by: 'requests' } } as const;
const EXPRESS_256 = { over: { scenario: 'floor-express-256', by: 'requests' } } as const;
const SQLITE = { over: { scenario: 'floor-sqlite', by: 'updates' } } as const;
const KAFKAJS = { over: { scenario: 'floor-kafkajs', by: 'updates' } } as const;

/** What the service does of all this, in each store. */
function storeScenarios(server: 'journal' | 'spool' | 'kafka', about: string): Scenario[] {
  const open = [264, 3300, 10_000].map((perSecond) => ({
    name: `${server}-at-${perSecond}`,
    about: `the same, ${perSecond} a second whatever happens`,
    server,
    ...SMALL,
    perSecond,
  }));
  const large = server === 'journal' ? SQLITE : KAFKAJS;
  return [
    { name: `${server}-closed`, about, server, ...SMALL, ...EXPRESS },
    { name: `${server}-256`, about: 'the same, 256 connections', server, ...MANY, ...EXPRESS_256 },
    { name: `${server}-day`, about: 'the same, updates like those of a day', server, ...SMALL, workload: 'day' },
    { name: `${server}-10`, about: 'the same, 10 receipts a body', server, ...SMALL, workload: 'statuses-10' },
    { name: `${server}-1000`, about: 'the same, 1,000 receipts a body', server, ...LARGE, ...large },
    ...open,
  ];
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'generator',
    about: "the load generator's own ceiling: a peer that looks at nothing",
    server: 'sink',
    ...SMALL,
  },
  { name: 'floor-bare', about: 'node:http + HMAC, no parse, no store', server: 'floor-bare', ...SMALL, ...EXPRESS },
  { name: 'floor-express', about: 'Express + raw-body + HMAC, no parse, no store', server: 'floor-express', ...SMALL },
  { name: 'floor-express-256', about: 'the same, 256 connections', server: 'floor-express', ...MANY },
  {
    name: 'floor-sqlite',
    about: 'node:sqlite alone, synced, one transaction of 1,000 rows after the other',
    server: 'floor-sqlite',
    ...LARGE,
    connections: 1,
  },
  {
    name: 'floor-kafkajs',
    about: 'kafkajs alone, acks=all, one write of 1,000 messages after the other',
    server: 'floor-kafkajs',
    ...LARGE,
    connections: 1,
  },
  {
    name: 'floor-forged',
    about: 'forged requests on Express + raw-body + HMAC',
    server: 'floor-express',
    ...SMALL,
    workload: 'forged',
  },
  {
    name: 'forged',
    about: 'hubcast, forged requests',
    server: 'journal',
    ...SMALL,
    workload: 'forged',
    over: { scenario: 'floor-forged', by: 'requests' },
  },
  {
    name: 'floor-json',
    about: 'a bare Express route that answers JSON like that of a look-up',
    server: 'floor-json',
    ...SMALL,
    workload: 'look-up',
  },
  {
    name: 'look-ups',
    about: 'hubcast, a phone number by its id, from memory',
    server: 'look-ups',
    ...SMALL,
    workload: 'look-up',
    over: { scenario: 'floor-json', by: 'requests' },
  },
  { name: 'handshake', about: "hubcast, Meta's handshake", server: 'journal', ...SMALL, workload: 'handshake' },
  { name: 'no-store', about: 'hubcast without its store: all but the write', server: 'no-store', ...SMALL, ...EXPRESS },
  ...storeScenarios('journal', 'hubcast, synced to the embedded journal'),
  ...storeScenarios('kafka', 'hubcast, acknowledged by Kafka'),
  {
    name: 'kafka-workers-1',
    about: 'hubcast, acknowledged by Kafka, in one process that may use every core',
    server: 'kafka-workers-1',
    ...SMALL,
  },
  {
    name: 'kafka-workers-2',
    about: 'the same with WORKERS=2 and as many connections for each; broker and generator share the cores',
    server: 'kafka-workers-2',
    ...SMALL,
    connections: 2 * SMALL.connections,
    over: { scenario: 'kafka-workers-1', by: 'requests' },
  },
  ...storeScenarios('spool', 'hubcast, synced to the journal and forwarded to Kafka'),
];

/** Scenarios by name or by the first part of it, in the order of the table. */
export function chooseScenarios(only: readonly string[] | undefined): readonly Scenario[] {
  if (only === undefined) return SCENARIOS;
  const wants = (word: string, { name }: Scenario): boolean => name === word || name.startsWith(`${word}-`);
  const stranger = only.find((word) => !SCENARIOS.some((scenario) => wants(word, scenario)));
  if (stranger !== undefined) {
    const names = SCENARIOS.map(({ name }) => name).join(', ');
    throw new Error(`--only names "${stranger}", which is no scenario. Choose from ${names}, or their first parts.`);
  }
  return SCENARIOS.filter((scenario) => only.some((word) => wants(word, scenario)));
}
