/** The operator's page and its files. They hold no data: the page gets its data from the same routes as everybody. */
import type { Request, Response } from 'express';
import * as z from 'zod';
import { HubcastError } from '../../core/errors.ts';
import { defineRoute } from './route.ts';
import type { ConsoleFile } from './services.ts';

/** The page must load before its login form can request a token. */
const file = { method: 'GET', tag: null, access: 'open', answer: {}, errors: [] } as const;

export const CONSOLE_ROUTES = [
  defineRoute({
    ...file,
    id: 'openConsole',
    path: '/',
    about: 'Leads to the console',
    handle(_services, { response }) {
      response.writeHead(302, { Location: '/console', 'Cache-Control': 'no-store', 'Content-Length': '0' }).end();
      return undefined;
    },
  }),
  defineRoute({
    ...file,
    id: 'getConsole',
    path: '/console',
    about: 'The page',
    handle({ console }, { request, response }) {
      const { page, policy } = console.assets();
      sendAsset(request, response, page, { 'Content-Security-Policy': policy, 'X-Frame-Options': 'DENY' });
      return undefined;
    },
  }),
  defineRoute({
    ...file,
    id: 'getConsoleHistory',
    path: '/console/history',
    about: 'What the charts show',
    access: 'events:read',
    handle: ({ console }) => console.history(),
  }),
  defineRoute({
    ...file,
    id: 'getConsoleFile',
    path: '/console/{file}',
    about: 'Its modules and styles',
    params: z.object({ file: z.string() }),
    handle({ console }, { request, response, params }) {
      const asset = console.assets().files.get(params.file);
      if (asset === undefined) throw new HubcastError('not_found', 'No such file of the console.');
      sendAsset(request, response, asset, {});
      return undefined;
    },
  }),
];

/** Revalidated each time and answered 304: after an upgrade the page must not meet yesterday's modules. */
function sendAsset(
  request: Request,
  response: Response,
  { mediaType, bytes, etag }: ConsoleFile,
  headers: Readonly<Record<string, string>>,
): void {
  const common = { ...headers, ETag: etag, 'Cache-Control': 'no-cache' };
  if (request.get('if-none-match') === etag) {
    response.writeHead(304, common).end();
    return;
  }
  response.writeHead(200, { ...common, 'Content-Type': mediaType, 'Content-Length': bytes.length });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}
