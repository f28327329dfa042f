/** An entry of the table of routes: handlers, scopes of tokens and /openapi.json derive from it. */
import type { Request, Response } from 'express';
import * as z from 'zod';
import type { ApiToken, Scope } from '../../config/api-tokens.ts';
import { type ErrorCode, HubcastError } from '../../core/errors.ts';
import type { InternalServices } from './services.ts';

export type Tag = 'phone-numbers' | 'management' | 'events' | 'service';

/** One request on its way through a handler. */
export interface Exchange<Params = unknown, Query = unknown> {
  readonly request: Request;
  readonly response: Response;
  readonly params: Params;
  readonly query: Query;
  /** Null where no token was needed. */
  readonly token: ApiToken | null;
  /** False once the token was revoked: for answers that go on. */
  readonly isStillAllowed: () => boolean;
  /** @throws HubcastError `body_too_large`, `body_incomplete`, `overloaded` */
  readonly readBody: (maxBytes: number) => Promise<Buffer>;
}

export interface RouteAnswer {
  /** Absent for streams and texts. */
  readonly schema?: z.ZodType;
  readonly mediaType?: string;
  /** Cache-Control of an answer with an ETag. */
  readonly revalidated?: string;
  /** Of a 503 that is no error. */
  readonly unavailable?: z.ZodType;
}

interface RouteFacts {
  /** `operationId` of /openapi.json. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With parameters in braces, as OpenAPI writes them. */
  readonly path: string;
  /** Null keeps the route out of /openapi.json: files of the console. */
  readonly tag: Tag | null;
  readonly about: string;
  /** `open` needs no token, `any` takes each valid one, else the token needs the scope. */
  readonly access: 'open' | 'any' | Scope;
  /** The handler shows a token that is bound to an app only what belongs to it. Without it such a token is refused. */
  readonly perApp?: true;
  /** The error for a path parameter of another form. */
  readonly badPath?: ErrorCode;
  readonly body?: { readonly schema: z.ZodType; readonly about: string; readonly required: boolean };
  readonly answer: RouteAnswer;
  /** Beyond those that follow from the members above. */
  readonly errors: readonly ErrorCode[];
}

export interface Route extends RouteFacts {
  readonly params?: z.ZodObject;
  /** Absent: the query is not looked at. */
  readonly query?: z.ZodObject;
  /** @returns an object or its JSON text; undefined where the handler has answered */
  handle(services: InternalServices, exchange: Exchange): Promise<object | string | undefined> | object | undefined;
}

interface TypedRoute<Params extends z.ZodObject, Query extends z.ZodObject> extends RouteFacts {
  readonly params?: Params;
  readonly query?: Query;
  handle(
    services: InternalServices,
    exchange: Exchange<z.output<Params>, z.output<Query>>,
  ): ReturnType<Route['handle']>;
}

/** Keeps the types of `params` and `query` for the handler. */
export function defineRoute<Params extends z.ZodObject, Query extends z.ZodObject>(
  route: TypedRoute<Params, Query>,
): Route {
  return route as Route;
}

export const NO_QUERY = z.strictObject({});

/** @throws HubcastError `invalid_query` for what the route does not take, and for a parameter that came twice */
export function readQuery(query: unknown, schema: z.ZodObject): unknown {
  const { data, error } = schema.safeParse(query);
  if (error === undefined) return data;
  const name = error.issues[0]?.path[0];
  const taken = Object.keys(schema.shape).join(', ') || 'no parameters';
  throw new HubcastError(
    'invalid_query',
    name === undefined ? `This path takes ${taken}.` : `${String(name)} has another form, or came twice.`,
  );
}

/** Cache-Control of an answer that a caller keeps and asks for again with its ETag. */
export const REVALIDATED = 'private, no-cache';
