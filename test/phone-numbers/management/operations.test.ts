/** Every operation from both clients, against a Graph stand-in: what is sent, what is answered, what is put on record. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MANAGEMENT_OPERATIONS } from '../../../src/phone-numbers/management/manage.ts';
import { type GraphStandIn, startGraphStandIn } from '../../../src/sdk/testing/graph-stand-in/start-graph-stand-in.ts';
import { auditOf, type Managed, manageWith, PEOPLE, secretsIn } from '../../support/management.ts';
import { CASES, type Case } from './operation-cases.ts';

interface Opened extends Managed {
  readonly graph: GraphStandIn;
}

async function open(): Promise<Opened> {
  const graph = await startGraphStandIn(PEOPLE);
  return { ...(await manageWith(graph)), graph };
}

async function close({ service, graph }: Opened): Promise<void> {
  await service.remove();
  await graph.close();
}

function writes(graph: GraphStandIn) {
  return graph.calls.filter(({ method, path }) => method === 'POST' && !path.endsWith('/settings'));
}

it('knows a case for every operation', () => {
  expect(CASES.map(({ name }) => name).sort()).toEqual(Object.keys(MANAGEMENT_OPERATIONS).sort());
});

const CLIENTS = {
  'over HTTP': async ({ call }: Opened, { method, path, body }: Case) => {
    const answer = await call(method, path, body);
    return [answer.status === 200, answer.body];
  },
  'on the command line': async ({ cli }: Opened, { cli: args, input }: Case) => {
    const { code, stdout, stderr } = await cli(args, input);
    return [code === 0, stdout === '' ? stderr : JSON.parse(stdout)];
  },
};

describe.each(Object.entries(CLIENTS))('every operation %s', (_, client) => {
  // One service for all: they follow one another as in the life of a number.
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => close(opened));

  it.each(CASES)('$name', async (one) => {
    const { graph, service } = opened;
    await one.before?.(graph);
    const earlier = writes(graph).length;
    const onRecord = (await auditOf(service)).length;
    expect(await client(opened, one)).toMatchObject([true, one.answer]);
    const sent = writes(graph).slice(earlier);
    expect(sent).toMatchObject(one.sent === undefined ? [] : [{ ...one.sent, query: {} }]);
    const audit = (await auditOf(service)).slice(onRecord).map(({ data }) => data);
    const common = { operation: one.name, actor: { kind: 'token', name: 'deploy' }, error: null };
    expect(audit).toMatchObject(
      one.kept === undefined ? [] : ['started', 'done'].map((outcome) => ({ ...common, outcome, input: one.kept })),
    );
    if (one.kept !== undefined) expect(audit.map(({ input }) => input)).toEqual([one.kept, one.kept]);
  });

  it('leaves no PIN, code or token anywhere', async () => {
    const seen = await opened.everything();
    expect(seen.length).toBeGreaterThan(5_000);
    expect(secretsIn(seen)).toEqual([]);
  });
});
