/**
 * The REST API of a schema registry: Confluent's, or Apicurio's under `/apis/ccompat/v7`. Requests are few and small, and
 * TLS may need an authority of its own, which `fetch` cannot be given.
 * https://docs.confluent.io/platform/current/schema-registry/develop/api.html
 */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isObject } from '../../core/is-object.ts';

export interface RegistryConnection {
  /** Without a slash at its end. */
  readonly url: string;
  /** The `Authorization` header, read for each request: passwords may change. */
  readonly authorization: () => string | undefined;
  /** PEM of the registry's authority; undefined takes the public ones. */
  readonly ca: () => string | undefined;
  readonly timeoutMs: number;
}

/** A schema of ours under its subject. */
export interface WantedSchema {
  readonly subject: string;
  /** JSON text. */
  readonly schema: string;
}

/**
 * - `registered`: the subject has this very schema.
 * - `new`: it has not, and would take it.
 * - `refused`: the registry will not take it until somebody changes something there, or in our rights.
 */
export type SchemaState = Registration | { readonly state: 'new' };

export type Registration =
  | { readonly state: 'registered'; readonly id: number }
  | { readonly state: 'refused'; readonly reason: string };

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Bytes of an answer; ours are ids, and the longest are errors. */
const MAX_ANSWER_BYTES = 256 * 1024;
const MAX_REASON = 300;
const JSON_TYPE = 'application/vnd.schemaregistry.v1+json';
const NOT_FOUND = 404;

/** Changes nothing. @throws Error when the registry does not answer, or not as one */
export async function lookUpSchema(connection: RegistryConnection, wanted: WantedSchema): Promise<SchemaState> {
  const path = `/subjects/${encodeURIComponent(wanted.subject)}`;
  const found = await ask(connection, path, wanted.schema);
  if (found.status !== NOT_FOUND) return stateOf(found);
  const compatibility = `/compatibility${path}/versions/latest?verbose=true`;
  const compared = await ask(connection, compatibility, wanted.schema);
  if (compared.status === NOT_FOUND) return { state: 'new' };
  if (!isOk(compared)) return stateOf(compared);
  if (compared.body.is_compatible !== false) return { state: 'new' };
  return {
    state: 'refused',
    reason: `the subject has a schema that ours is not compatible with${messagesOf(compared)}`,
  };
}

/** Registers it unless it is there. @throws Error when the registry does not answer, or not as one */
export async function registerSchema(connection: RegistryConnection, wanted: WantedSchema): Promise<Registration> {
  const found = await lookUpSchema(connection, wanted);
  if (found.state !== 'new') return found;
  return stateOf(await ask(connection, `/subjects/${encodeURIComponent(wanted.subject)}/versions`, wanted.schema));
}

const isOk = ({ status }: Answer) => status >= 200 && status < 300;

function stateOf(answer: Answer): Registration {
  const { status, body } = answer;
  if (isOk(answer)) {
    const { id } = body;
    if (typeof id === 'number' && Number.isInteger(id) && id >= 0 && id < 2 ** 31) return { state: 'registered', id };
    throw new Error('its answer has no id; check that the URL is that of a schema registry');
  }
  const reason = `status ${status}${messagesOf(answer)}`;
  const mayPass = status === 408 || status === 429 || status >= 500;
  if (mayPass || status === NOT_FOUND) throw new Error(`it answered with ${reason}`);
  return { state: 'refused', reason: `it answered with ${reason}${fixOf(status)}` };
}

function fixOf(status: number): string {
  if (status === 401) return '. Check SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD, or SCHEMA_REGISTRY_TOKEN';
  if (status === 403)
    return '. Give the user of hubcast the right to write the subject, or register the schema yourself';
  return '';
}

/** Behind a colon; nothing where the registry gives no reason. */
function messagesOf({ body: { message, messages } }: Answer): string {
  const texts = [message, ...(Array.isArray(messages) ? messages : [])].filter((one) => typeof one === 'string');
  return texts.length === 0 ? '' : `: ${texts.join(' ').replace(/\s+/g, ' ').slice(0, MAX_REASON)}`;
}

function ask({ url, authorization, ca, timeoutMs }: RegistryConnection, path: string, schema: string): Promise<Answer> {
  const target = new URL(url + path);
  const isSecure = target.protocol === 'https:';
  const credentials = authorization();
  const authority = isSecure ? ca() : undefined;
  const headers = {
    accept: JSON_TYPE,
    'content-type': JSON_TYPE,
    ...(credentials === undefined ? {} : { authorization: credentials }),
  };
  const signal = AbortSignal.timeout(timeoutMs);
  const options = { method: 'POST', headers, signal, ...(authority === undefined ? {} : { ca: authority }) };
  return new Promise<Answer>((resolve, reject) => {
    const request = (isSecure ? requestHttps : requestHttp)(target, options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > MAX_ANSWER_BYTES) request.destroy(new Error('its answer is too long'));
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: parsed(text) }));
    });
    const fail = (error: Error) =>
      reject(signal.aborted ? new Error(`it did not answer within ${timeoutMs} ms`) : error);
    request.on('error', fail);
    request.end(JSON.stringify({ schemaType: 'JSON', schema }));
  });
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const body: unknown = JSON.parse(text);
    return isObject(body) ? body : {};
  } catch {
    return {};
  }
}
