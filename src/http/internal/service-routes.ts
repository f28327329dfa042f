/** Routes about the service itself: probes, metrics, checks, its description. */
import { z } from 'zod';
import { sendJson } from '../server/answer.ts';
import { flag } from './parameters.ts';
import { defineRoute, REVALIDATED } from './route.ts';
import { SERVICE_ANSWERS } from './service-answers.ts';

const probe = { method: 'GET', tag: 'service', access: 'open', errors: [] } as const;

export const SERVICE_ROUTES = [
  defineRoute({
    ...probe,
    id: 'isLive',
    path: '/live',
    about: 'The process runs',
    answer: { schema: SERVICE_ANSWERS.Live },
    handle: () => ({ status: 'live' }),
  }),
  defineRoute({
    ...probe,
    id: 'isReady',
    path: '/ready',
    about: 'The store can take a write now. 503 with a reason when it cannot',
    answer: { schema: SERVICE_ANSWERS.Ready, unavailable: SERVICE_ANSWERS.NotReady },
    async handle({ readiness }, { response }) {
      const state = await readiness();
      if (!state.ready) {
        sendJson(response, 503, { status: 'not_ready', reason: state.reason });
        return undefined;
      }
      const { warnings = [], spool } = state;
      if (spool === undefined) return { status: 'ready', warnings };
      const { records, bytes, counted, ageMs, parked } = spool;
      return { status: 'ready', warnings, spool: { records, bytes, counted, oldest_age_ms: ageMs, parked } };
    },
  }),
  defineRoute({
    ...probe,
    id: 'getMetrics',
    path: '/metrics',
    about: 'Every metric of "hubcast describe metrics" and those of the process, in the text format of Prometheus',
    answer: { mediaType: 'text/plain' },
    async handle({ metrics }, { response }) {
      const { contentType, text } = await metrics();
      response.writeHead(200, { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(text) });
      response.end(text);
      return undefined;
    },
  }),
  defineRoute({
    id: 'getOpenApi',
    method: 'GET',
    path: '/openapi.json',
    tag: 'service',
    about: 'This document',
    access: 'any',
    answer: { schema: z.looseObject({}), revalidated: REVALIDATED },
    errors: [],
    handle: ({ schemas }) => schemas.openApi(),
  }),
  defineRoute({
    id: 'getChecks',
    method: 'GET',
    path: '/checks',
    tag: 'service',
    about:
      'What is wrong with the set-up, why it matters and how to fix it: the findings of hubcast doctor, the worst first. An answer is kept for 30 seconds',
    access: 'events:read',
    query: z.strictObject({
      probe: flag('true also calls the callback URL as Meta does: handshake, and a signed test webhook that is stored'),
    }),
    answer: { schema: SERVICE_ANSWERS.Checks },
    errors: [],
    handle: ({ checks }, { query }) => checks(query.probe),
  }),
];
