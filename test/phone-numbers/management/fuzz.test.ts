/** Whatever is sent to the operations: a clear refusal, never a 5xx, and nothing but valid calls reaches Meta. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MANAGEMENT_OPERATIONS } from '../../../src/phone-numbers/management/manage.ts';
import { type GraphStandIn, startGraphStandIn } from '../../../src/sdk/testing/graph-stand-in/start-graph-stand-in.ts';
import { ACCOUNT, NUMBER } from '../../support/graph.ts';
import { MANAGE_TOKEN, type Managed, manageWith, NEW_ID, PEOPLE } from '../../support/management.ts';

let graph: GraphStandIn;
let managed: Managed;
beforeAll(async () => {
  graph = await startGraphStandIn({ ...PEOPLE, callsPerHour: 1_000_000 });
  managed = await manageWith(graph);
});
afterAll(async () => {
  await managed.service.remove();
  await graph.close();
});

const SEED = 20_261_122;
const RUNS = 600;

const id = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(NUMBER.id, NEW_ID, ACCOUNT) },
  { weight: 1, arbitrary: fc.stringMatching(/^\d{1,25}$/) },
  { weight: 1, arbitrary: fc.string({ minLength: 1, maxLength: 30 }) },
);
/** Values near the ones that are taken. */
const member = fc.oneof(
  fc.stringMatching(/^\d{5,7}$/),
  fc.stringMatching(/^\d{3}-\d{3}$/),
  fc.constantFrom(
    'SMS',
    'VOICE',
    'en_US',
    'DE',
    'Lucky Shrub',
    '+49 1512 3456789',
    '49',
    'https://a.example/',
    true,
    null,
    '',
  ),
  fc.webUrl(),
  fc.string({ maxLength: 90, unit: 'binary' }),
  fc.array(
    fc.oneof(fc.string({ maxLength: 85 }), fc.record({ command_name: fc.string(), command_description: fc.string() })),
    {
      maxLength: 32,
    },
  ),
  fc.jsonValue({ maxDepth: 3 }),
);
const NAMES = [
  'pin',
  'code',
  'code_method',
  'language',
  'data_localization_region',
  'new_display_name',
  'enable_welcome_message',
  'prompts',
  'commands',
  'override_callback_uri',
  'verify_token',
  'cc',
  'phone_number',
  'verified_name',
  'preverified_id',
  '__proto__',
];
const json = fc
  .dictionary(
    fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...NAMES) }, { weight: 1, arbitrary: fc.string() }),
    member,
    {
      maxKeys: 4,
    },
  )
  .map((value) => JSON.stringify(value));
const body = fc.oneof(
  { weight: 8, arbitrary: json },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
);
const request = fc.record({
  operation: fc.constantFrom(...Object.values(MANAGEMENT_OPERATIONS)),
  method: fc.option(fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH'), { freq: 8, nil: null }),
  id,
  body,
});

it('answers any request clearly, and lets only what Meta documents through', async () => {
  const statuses = new Set<number>();
  await fc.assert(
    fc.asyncProperty(request, async (given) => {
      const method = given.method ?? given.operation.method;
      const path = given.operation.path.replace(/\{\w+\}/, encodeURIComponent(given.id.toWellFormed()));
      const earlier = graph.calls.length;
      const response = await fetch(managed.service.internalUrl + path, {
        method,
        headers: { authorization: `Bearer ${MANAGE_TOKEN}` },
        ...(method === 'GET' ? {} : { body: typeof given.body === 'string' ? given.body : new Uint8Array(given.body) }),
      });
      const answer = (await response.json()) as { error?: { code: string } };
      statuses.add(response.status);
      expect(response.status).toBeLessThan(500);
      if (response.status !== 200) expect(answer.error?.code).toMatch(/^[a-z_]+$/);
      const sent = graph.calls.slice(earlier).filter((call) => call.method === 'POST');
      if ([400, 401, 403, 405].includes(response.status)) expect(sent).toEqual([]);
      for (const { path: to, body: members } of sent) {
        expect(to).toMatch(/^\/\d{1,20}(\/[a-z_]+)?$/);
        if ('pin' in members) expect(members.pin).toMatch(/^\d{6}$/);
        if ('code' in members) expect(members.code).toMatch(/^\d{6}$/);
        if ('phone_number' in members) expect(members.phone_number).toMatch(/^\d{4,15}$/);
      }
    }),
    { numRuns: RUNS, seed: SEED },
  );
  // It reached what it is about.
  expect([...statuses]).toEqual(expect.arrayContaining([200, 400, 404, 405, 422]));
}, 60_000);
