import type { WorkloadName } from './load/workloads.ts';

/** The scenarios as data: what is served, what is sent, how. A new scenario is one entry; a target is one more. */
export type ServerName =
  | 'sink'
  | 'floor-bare'
  | 'floor-express'
  | 'floor-json'
  | 'floor-kafkajs'
  | 'look-ups'
  | 'no-store'
  | 'journal'
  | 'spool'
  | 'kafka'
  | 'kafka-workers-1'
  | 'kafka-workers-2';

export interface Scenario {
  readonly name: string;
  readonly about: string;
  readonly server: ServerName;
  readonly workload: WorkloadName;
  readonly connections: number;
  /** Requests a second of an open loop; absent, the loop is closed. */
  readonly perSecond?: number;
  /** The scenario whose figure of the same round this one's is divided by, in requests/s or, with `updates`, in updates/s. */
  readonly over?: { readonly scenario: string; readonly by: 'requests' | 'updates' };
}

const SMALL = { workload: 'name-update', connections: 64 } as const;
const LARGE = { workload: 'statuses-1000', connections: 16 } as const;
/** The frame every webhook service on Express has to carry. */
const EXPRESS = { over: { scenario: 'floor-express', by: 'requests' } } as const;
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
  const large = server === 'journal' ? {} : KAFKAJS;
  return [
    { name: `${server}-closed`, about, server, ...SMALL, ...EXPRESS },
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
