/** Operations on phone numbers over HTTP. A token with the scope `manage` is always needed, on loopback as well. */
import type { Express, Request, Response } from 'express';
import type { ApiToken } from '../../config/api-tokens.ts';
import { HubcastError } from '../../core/errors.ts';
import { sendJson } from '../server/answer.ts';
import { declaredLength, readBodyBytes } from '../server/read-body.ts';

export interface ManagementRoutesOptions {
  /** Null where numbers may not be managed. */
  readonly management: PhoneNumberManagement | null;
  readonly contract: ManagementContract;
  /** @throws HubcastError `unauthorized`, `forbidden` */
  readonly authorize: (request: Request) => ApiToken;
}

export interface PhoneNumberManagement {
  readonly run: (
    name: string,
    id: string,
    body: unknown,
    actor: { readonly kind: 'token'; readonly name: string },
  ) => Promise<object>;
}

export interface ManagementContract {
  readonly operations: readonly {
    readonly name: string;
    readonly on: 'number' | 'account';
    readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
    readonly path: string;
    readonly about: string;
    /** Names of schemas. */
    readonly input: string | null;
    readonly answer: string;
  }[];
  readonly schemas: Readonly<Record<string, object>>;
}

/** Thirty commands of the longest texts, every character escaped. */
const MAX_BODY_BYTES = 128 * 1024;

export function addManagementRoutes(app: Express, options: ManagementRoutesOptions): void {
  const { management, contract, authorize } = options;
  for (const [path, operations] of Map.groupBy(contract.operations, (operation) => operation.path)) {
    app.all(path.replace(/\{(\w+)\}/g, ':$1'), async (request: Request, response: Response) => {
      const token = authorize(request);
      const method = request.method === 'HEAD' ? 'GET' : request.method;
      const operation = operations.find((one) => one.method === method);
      if (operation === undefined) {
        const methods = operations.flatMap((one) => (one.method === 'GET' ? ['GET', 'HEAD'] : [one.method]));
        response.setHeader('Allow', methods.join(', '));
        throw new HubcastError('method_not_allowed', `${request.method} came.`);
      }
      if (management === null) throw new HubcastError('management_off', 'MANAGEMENT is not on here.');
      if (Object.keys(request.query).length > 0) throw new HubcastError('invalid_query', 'This path takes no query.');
      const { id = '', account_id: accountId = id } = request.params as Record<string, string>;
      const body = operation.input === null ? null : await readJson(request, response);
      sendJson(
        response,
        200,
        await management.run(operation.name, accountId, body, { kind: 'token', name: token.name }),
      );
    });
  }
}

/** @throws HubcastError `invalid_body`, `body_too_large`, `body_incomplete` */
async function readJson(request: Request, response: Response): Promise<unknown> {
  const length = declaredLength(request, MAX_BODY_BYTES);
  const bytes = await readBodyBytes(request, response, length, { maxBodyBytes: MAX_BODY_BYTES, take: () => undefined });
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    // What the parser says of it may repeat a piece of it.
    const expected = 'A JSON object.';
    throw new HubcastError('invalid_body', `The body: ${expected}`, { details: { expected } });
  }
}
