/** From the table of routes to Express: access, parameters and query are checked, then the handler answers. */
import type { Express, Request, Response } from 'express';
import type { ApiToken } from '../../config/api-tokens.ts';
import { HubcastError } from '../../core/errors.ts';
import { sendJson, sendJsonText } from '../server/answer.ts';
import { declaredLength, readBodyBytes } from '../server/read-body.ts';
import type { Needed } from './access.ts';
import { sendRevalidated } from './revalidate.ts';
import { type Route, readQuery } from './route.ts';
import type { InternalServices } from './services.ts';

/** @throws HubcastError `unauthorized`, `forbidden` */
export type Authorize = (request: Request, needed: Needed) => ApiToken | null;

export function serveRoutes(
  app: Express,
  routes: readonly Route[],
  services: InternalServices,
  authorize: Authorize,
): void {
  const bodies = createBodies(BODIES_AT_ONCE * services.maxBodyBytes);
  for (const [path, ofPath] of Map.groupBy(routes, (route) => route.path)) {
    app.all(path.replace(/\{(\w+)\}/g, ':$1'), async (request: Request, response: Response) => {
      const method = request.method === 'HEAD' ? 'GET' : request.method;
      const route = ofPath.find((one) => one.method === method);
      const writes = route !== undefined && route.method !== 'GET';
      const needed = { access: 'any', ...ofPath[0], ...route, writes } as const;
      const token = authorize(request, needed);
      if (route === undefined) {
        response.setHeader('Allow', methodsOf(ofPath));
        throw new HubcastError('method_not_allowed', `${request.method} came.`);
      }
      const answer = await route.handle(services, {
        request,
        response,
        params: readParams(route, request.params),
        query: route.query === undefined ? {} : readQuery(request.query, route.query),
        token,
        isStillAllowed: () => isAllowed(authorize, request, needed),
        readBody: (maxBytes) => bodies.read(request, response, maxBytes),
      });
      if (answer !== undefined) send(request, response, answer, route);
    });
  }
}

function isAllowed(authorize: Authorize, request: Request, needed: Needed): boolean {
  try {
    authorize(request, needed);
    return true;
  } catch {
    return false;
  }
}

function methodsOf(routes: readonly Route[]): string {
  return routes.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
}

function readParams({ params, badPath }: Route, given: unknown): unknown {
  const { success, data } = params?.safeParse(given) ?? { success: true, data: {} };
  if (success) return data;
  throw new HubcastError(badPath ?? 'not_found', 'The path holds something else in place of a parameter.');
}

const BODIES_AT_ONCE = 2;

/** Limits the total size of pending bodies; a body counts until its request is answered. */
function createBodies(maxSum: number) {
  let sum = 0;
  return {
    /** @returns no bytes where no body came. @throws HubcastError `body_too_large`, `body_incomplete`, `overloaded` */
    async read(request: Request, response: Response, maxBodyBytes: number): Promise<Buffer> {
      const length = declaredLength(request, maxBodyBytes);
      let held = 0;
      response.once('close', () => {
        sum -= held;
      });
      const reserve = (bytes: number) => {
        if (sum + bytes > maxSum) throw new HubcastError('overloaded', `Bodies of ${sum} bytes are under way.`);
        sum += bytes;
        held += bytes;
      };
      return readBodyBytes(request, response, length, { maxBodyBytes, reserve });
    },
  };
}

function send(request: Request, response: Response, answer: object | string, { answer: form }: Route): void {
  const { mediaType, revalidated } = form;
  if (typeof answer === 'string') sendJsonText(response, 200, answer);
  else if (revalidated === undefined) sendJson(response, 200, answer);
  else {
    sendRevalidated(request, response, answer, { cacheControl: revalidated, ...(mediaType && { mediaType }) });
  }
}
