import { MANAGEMENT_OPERATIONS, type OperationName } from './manage.ts';

/** How a command manages numbers: through a running service, or by asking Meta itself. */
export interface ManagementClient {
  /** Where operations go and where they are put on record, in words. */
  readonly about: string;
  /** Makes sure that a change can be put on record. @throws HubcastError that says why not, and what to do */
  readonly prepare: () => Promise<void>;
  /** @throws HubcastError with the explanation as its message */
  readonly run: (name: OperationName, id: string, body: object) => Promise<Readonly<Record<string, unknown>>>;
  readonly close: () => Promise<void>;
}

/** Warning to show before the operation; null: no warning. */
export function warningOf(name: OperationName): string | null {
  const operation = MANAGEMENT_OPERATIONS[name];
  return operation.kind === 'change' ? operation.warning : null;
}
