import type { WorkloadName } from './load/workloads.ts';

/** The scenarios as data: what is served, what is sent, how. A new scenario is one entry; a target is one more. */
export type ServerName = 'sink' | 'floor-bare' | 'floor-express' | 'journal' | 'kafka';

export interface Scenario {
  readonly name: string;
  readonly about: string;
  readonly server: ServerName;
  readonly workload: WorkloadName;
  readonly connections: number;
  /** Requests a second of an open loop; absent, the loop is closed. */
  readonly perSecond?: number;
}

const SMALL = { workload: 'name-update', connections: 64 } as const;

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'generator',
    about: "the load generator's own ceiling: a peer that looks at nothing",
    server: 'sink',
    ...SMALL,
  },
  { name: 'floor-bare', about: 'node:http + HMAC, no parse, no store', server: 'floor-bare', ...SMALL },
  { name: 'floor-express', about: 'Express + raw-body + HMAC, no parse, no store', server: 'floor-express', ...SMALL },
  { name: 'journal-closed', about: 'hubcast, synced to the embedded journal', server: 'journal', ...SMALL },
  { name: 'kafka-closed', about: 'hubcast, acknowledged by Kafka', server: 'kafka', ...SMALL },
  { name: 'journal-open', about: 'the same at a fixed rate', server: 'journal', ...SMALL, perSecond: 3300 },
  { name: 'kafka-open', about: 'the same at a fixed rate', server: 'kafka', ...SMALL, perSecond: 3300 },
];

/** The scenario the ratios of closed loops refer to, within the same round. */
export const RATIO_BASE = 'floor-bare';

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
