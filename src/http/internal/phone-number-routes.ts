/** The look-ups over HTTP: queries checked, answers with an ETag. What is answered is decided elsewhere. */
import type { Express, Request, Response } from 'express';
import { HubcastError } from '../../core/errors.ts';
import { OPERATIONS, type OperationName, PARAMETERS, type ParameterName } from './phone-number-operations.ts';
import { readQuery } from './query.ts';
import { sendRevalidated } from './revalidate.ts';

/** What the routes ask; the directory's look-ups answer it. */
export interface PhoneNumberLookUps {
  readonly list: (question: {
    accountId?: string | undefined;
    quality?: string | undefined;
    status?: string | undefined;
    fields?: readonly string[] | undefined;
    fresh?: boolean;
  }) => Promise<object>;
  readonly health: (question: { accountId?: string | undefined; fresh?: boolean }) => Promise<object>;
  readonly byNumber: (
    number: string,
    question: { accountId?: string | undefined; fields?: readonly string[] | undefined; fresh?: boolean },
  ) => Promise<object>;
  readonly byId: (id: string, question: { fields?: readonly string[] | undefined; fresh?: boolean }) => Promise<object>;
  readonly healthById: (id: string, question: { fresh?: boolean }) => Promise<object>;
}

export interface PhoneNumberRoutesOptions {
  /** Null where this service has no access to Graph. */
  readonly lookUps: PhoneNumberLookUps | null;
  /** @throws HubcastError `unauthorized`, `forbidden` */
  readonly authorize: (request: Request) => void;
}

type Query = Readonly<Partial<Record<ParameterName, string>>>;
type Ask = (lookUps: PhoneNumberLookUps, path: Query, query: Query) => Promise<object>;

const QUESTIONS: Readonly<Record<OperationName, Ask>> = {
  listPhoneNumbers: (lookUps, _path, query) =>
    lookUps.list({
      accountId: query.account_id,
      quality: query.quality,
      status: query.status,
      fields: query.fields?.split(','),
      fresh: query.fresh === 'true',
    }),
  reportHealth: (lookUps, _path, query) =>
    lookUps.health({ accountId: query.account_id, fresh: query.fresh === 'true' }),
  findPhoneNumber: (lookUps, { number = '' }, query) =>
    lookUps.byNumber(number, {
      accountId: query.account_id,
      fields: query.fields?.split(','),
      fresh: query.fresh === 'true',
    }),
  getPhoneNumberHealth: (lookUps, { id = '' }, query) => lookUps.healthById(id, { fresh: query.fresh === 'true' }),
  getPhoneNumber: (lookUps, { id = '' }, query) =>
    lookUps.byId(id, { fields: query.fields?.split(','), fresh: query.fresh === 'true' }),
};

/** When to come back for what a setting has to allow first. */
const NOT_CONFIGURED_RETRY_MS = 60_000;

export function addPhoneNumberRoutes(app: Express, { lookUps, authorize }: PhoneNumberRoutesOptions): void {
  for (const [name, operation] of Object.entries(OPERATIONS)) {
    const path = operation.path.replace(/\{(\w+)\}/g, ':$1');
    const ask = QUESTIONS[name as OperationName];
    app.get(path, async (request: Request, response: Response) => {
      authorize(request);
      const query = readQuery(request, operation.query, PARAMETERS);
      if (lookUps === null) {
        throw new HubcastError('graph_not_configured', 'META_ACCESS_TOKEN is not set, or ROLES has no "numbers".', {
          retryAfterMs: NOT_CONFIGURED_RETRY_MS,
        });
      }
      sendRevalidated(request, response, await ask(lookUps, request.params as Query, query));
    });
    app.all(path, (request: Request, response: Response) => {
      authorize(request);
      refuseMethod(request, response);
    });
  }
}

/** Dots, slashes and what else is tried in place of an id. Added after every route with an id. */
export function refuseOtherNumberPaths(app: Express, authorize: (request: Request) => void): void {
  app.all('/phone-numbers/*rest', (request: Request) => {
    authorize(request);
    const [first, ...rest] = (request.params as unknown as { rest: readonly string[] }).rest;
    if (first === 'by-number') throw new HubcastError('invalid_phone_number', 'The path goes on after the number.');
    if (!/^\d{1,20}$/.test(first ?? '') || rest.includes('..')) {
      throw new HubcastError('invalid_phone_number_id', 'The path holds something else in place of an id.');
    }
    throw new HubcastError('not_found', 'No such path.');
  });
}

/** For paths that are only read. @throws HubcastError `method_not_allowed` */
export function refuseMethod(request: Request, response: Response): never {
  response.setHeader('Allow', 'GET, HEAD');
  throw new HubcastError('method_not_allowed', `${request.method} came.`);
}
