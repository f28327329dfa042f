/** Stands in for a schema registry, with the answers that a real one gives seldom. The real one is in test/foreign. */
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

export interface RegistryRequest {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly subject: string;
  readonly schema: string;
}

export interface RegistryAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Undefined: as a registry that is well. Null: no answer. */
export type Answering = (request: RegistryRequest) => RegistryAnswer | null | undefined;

export interface RegistryStandIn {
  readonly url: string;
  readonly requests: readonly RegistryRequest[];
  /** Versions of each subject, as JSON text. */
  readonly subjects: ReadonlyMap<string, readonly string[]>;
  answering: Answering;
  readonly close: () => Promise<unknown>;
}

const FIRST_ID = 100_001;
const notFound = (code: number): RegistryAnswer => ({ status: 404, body: { error_code: code, message: 'not found' } });

export async function startRegistryStandIn(): Promise<RegistryStandIn> {
  const subjects = new Map<string, string[]>();
  const ids: string[] = [];
  const requests: RegistryRequest[] = [];

  const idOf = (schema: string) => {
    if (!ids.includes(schema)) ids.push(schema);
    return FIRST_ID + ids.indexOf(schema);
  };

  function asOneThatIsWell({ path, subject, schema }: RegistryRequest): RegistryAnswer {
    const versions = subjects.get(subject);
    if (path.startsWith('/compatibility/')) {
      return versions === undefined ? notFound(40401) : { status: 200, body: { is_compatible: true } };
    }
    if (path.endsWith('/versions')) {
      subjects.set(subject, [...(versions ?? []), schema]);
      return { status: 200, body: { id: idOf(schema) } };
    }
    if (versions === undefined) return notFound(40401);
    return versions.includes(schema) ? { status: 200, body: { id: idOf(schema), version: 1 } } : notFound(40403);
  }

  async function toRequest(request: IncomingMessage): Promise<RegistryRequest> {
    const [path = ''] = (request.url ?? '').split('?');
    const subject = decodeURIComponent(/\/subjects\/([^/]+)/.exec(path)?.[1] ?? '');
    const { schema } = JSON.parse(await text(request)) as { schema: string };
    return { path, subject, schema, authorization: request.headers.authorization };
  }

  const standIn = { answering: (() => undefined) as Answering };
  const server = createServer(async (incoming, response) => {
    const request = await toRequest(incoming);
    requests.push(request);
    const answer = standIn.answering(request);
    if (answer === null) return;
    const { status, body } = answer ?? asOneThatIsWell(request);
    response.writeHead(status, { 'content-type': 'application/vnd.schemaregistry.v1+json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return Object.assign(standIn, {
    url: `http://127.0.0.1:${port}`,
    requests,
    subjects,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  });
}
