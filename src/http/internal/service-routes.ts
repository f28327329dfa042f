/** Routes about the service itself: probes, metrics, checks, its description. */
import * as z from 'zod';
import { sendJson } from '../server/answer.ts';
import { defineRoute, NO_QUERY, REVALIDATED } from './route.ts';
import { SERVICE_ANSWERS } from './service-answers.ts';

const probe = { method: 'GET', tag: 'service', access: 'open', errors: [] } as const;

const checks = {
  path: '/checks',
  tag: 'service',
  access: 'events:read',
  query: NO_QUERY,
  answer: { schema: SERVICE_ANSWERS.Checks },
  errors: [],
} as const;

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
    ...checks,
    id: 'getChecks',
    method: 'GET',
    about:
      'What is wrong with the set-up, why it matters and how to fix it: the findings of hubcast doctor, the worst first. An answer is kept for 30 seconds',
    handle: ({ checks }) => checks(false),
  }),
  defineRoute({
    ...checks,
    id: 'probeChecks',
    method: 'POST',
    access: 'events:replay',
    about:
      'The same, and calls the callback URL as Meta does: with the handshake, and with a signed test webhook that is stored',
    handle: ({ checks }) => checks(true),
  }),
];
