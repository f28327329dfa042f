/** The operator's page and its files. They hold no data: what the page shows it asks for by the routes of everybody else. */
import type { Express, Request, Response } from 'express';
import { HubcastError } from '../../core/errors.ts';
import { sendJson } from '../server/answer.ts';

interface Asset {
  readonly mediaType: string;
  readonly bytes: Buffer;
  readonly etag: string;
}

export interface ConsoleParts {
  /** Asked when somebody opens the page. */
  readonly assets: () => { readonly page: Asset; readonly policy: string; readonly files: ReadonlyMap<string, Asset> };
  readonly history: () => object;
}

/** What needs no token: the page must load before its login form can ask for one. */
export function isConsoleFile(path: string): boolean {
  return path === '/' || path === '/console' || (path.startsWith('/console/') && path !== '/console/history');
}

export function addConsoleRoutes(
  app: Express,
  { assets, history }: ConsoleParts,
  authorize: (request: Request) => void,
): void {
  app.get('/', (_request: Request, response: Response) => {
    response.writeHead(302, { Location: '/console', 'Cache-Control': 'no-store', 'Content-Length': '0' }).end();
  });
  app.get('/console', (request: Request, response: Response) => {
    const { page, policy } = assets();
    sendAsset(request, response, page, {
      'Content-Security-Policy': policy,
      'Referrer-Policy': 'no-referrer',
      'X-Frame-Options': 'DENY',
    });
  });
  app.get('/console/history', (request: Request, response: Response) => {
    authorize(request);
    sendJson(response, 200, history());
  });
  app.get('/console/:file', (request: Request, response: Response) => {
    const file = assets().files.get(String(request.params.file));
    if (file === undefined) throw new HubcastError('not_found', 'No such file of the console.');
    sendAsset(request, response, file, {});
  });
}

/** Always asked for again, and answered 304: an upgrade must not meet yesterday's modules. */
function sendAsset(
  request: Request,
  response: Response,
  { mediaType, bytes, etag }: Asset,
  headers: Record<string, string>,
): void {
  const common = { ...headers, ETag: etag, 'Cache-Control': 'no-cache', 'X-Content-Type-Options': 'nosniff' };
  if (request.get('if-none-match') === etag) {
    response.writeHead(304, common).end();
    return;
  }
  response.writeHead(200, { ...common, 'Content-Type': mediaType, 'Content-Length': bytes.length });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}
