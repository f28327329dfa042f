/** Stored events over HTTP: lists, a stream, dead letters and their replay. What is answered is decided elsewhere. */
import type { Express, Request, Response } from 'express';
import { HubcastError } from '../../core/errors.ts';
import { sendJsonText } from '../server/answer.ts';
import { declaredLength, readBodyBytes } from '../server/read-body.ts';
import { EVENT_OPERATIONS, EVENT_PARAMETERS, type EventOperation, type EventParameter } from './event-operations.ts';
import { type StreamListener, streamEvents } from './event-stream.ts';
import { readQuery } from './query.ts';

export interface EventFilter {
  readonly types?: readonly string[] | undefined;
  readonly families?: readonly string[] | undefined;
  readonly accountId?: string | undefined;
}

interface Page {
  readonly limit: number;
  readonly before?: string | undefined;
}

/** What the routes ask. Answers are JSON text: numbers keep every digit. */
export interface StoredEvents {
  readonly recent: (question: EventFilter & Page) => Promise<string>;
  readonly deadLetters: (
    question: { readonly field?: string | undefined; readonly code?: string | undefined } & Page,
  ) => Promise<string>;
  readonly deadLetter: (id: string, at: string | undefined) => Promise<string>;
  readonly replay: (
    id: string,
    question: { readonly at: string | undefined; readonly dryRun: boolean; readonly value: string | undefined },
  ) => Promise<string>;
  /** @returns what ends it */
  readonly subscribe: (filter: EventFilter, listener: StreamListener) => () => void;
}

export interface EventRoutesOptions {
  readonly events: StoredEvents;
  /** @throws HubcastError `unauthorized`, `forbidden` */
  readonly authorize: (request: Request, scope: 'events:read' | 'events:replay') => void;
  readonly maxBodyBytes: number;
}

type Query = Partial<Record<EventParameter, string>>;

const DEFAULT_LIMIT = 50;

export function addEventRoutes(app: Express, { events, authorize, maxBodyBytes }: EventRoutesOptions): void {
  const answers: Record<EventOperation, (request: Request, response: Response, query: Query) => Promise<void>> = {
    listEvents: async (_request, response, query) =>
      sendJsonText(response, 200, await events.recent({ ...filterOf(query), ...pageOf(query) })),
    streamEvents: async (request, response, query) =>
      streamEvents(request, response, (listener) => events.subscribe(filterOf(query), listener)),
    listDeadLetters: async (_request, response, query) => {
      const { field, code } = query;
      sendJsonText(response, 200, await events.deadLetters({ field, code, ...pageOf(query) }));
    },
    getDeadLetter: async (request, response, { at }) =>
      sendJsonText(response, 200, await events.deadLetter(idOf(request), at)),
    replayDeadLetter: async (request, response, { at, dry_run }) => {
      const id = idOf(request);
      const value = await readValue(request, response, maxBodyBytes);
      sendJsonText(response, 200, await events.replay(id, { at, dryRun: dry_run === 'true', value }));
    },
  };
  for (const [name, operation] of Object.entries(EVENT_OPERATIONS)) {
    const { method, scope, query } = operation;
    const path = operation.path.replace(/\{(\w+)\}/g, ':$1');
    const answer = answers[name as EventOperation];
    app[method](path, async (request: Request, response: Response) => {
      authorize(request, scope);
      await answer(request, response, readQuery<EventParameter>(request, query, EVENT_PARAMETERS));
    });
    app.all(path, (request: Request, response: Response) => {
      authorize(request, scope);
      response.setHeader('Allow', method === 'post' ? 'POST' : 'GET, HEAD');
      throw new HubcastError('method_not_allowed', `${request.method} came.`);
    });
  }
}

function filterOf({ type, family, account_id }: Query): EventFilter {
  return { types: type?.split(','), families: family?.split(','), accountId: account_id };
}

function pageOf({ limit, before }: Query): Page {
  return { limit: limit === undefined ? DEFAULT_LIMIT : Number(limit), before };
}

const ID = new RegExp(EVENT_PARAMETERS.id.schema.pattern);

function idOf(request: Request): string {
  const { id } = request.params;
  if (typeof id === 'string' && ID.test(id)) return id;
  throw new HubcastError('dead_letter_not_found', 'The path holds something else in place of an id.');
}

/** Undefined when there is no body. */
async function readValue(request: Request, response: Response, maxBodyBytes: number): Promise<string | undefined> {
  const length = declaredLength(request, maxBodyBytes);
  if (length === 0 || (length === null && request.headers['transfer-encoding'] === undefined)) return undefined;
  const body = await readBodyBytes(request, response, length, { maxBodyBytes, take: () => undefined });
  return body.length === 0 ? undefined : body.toString('utf8');
}
