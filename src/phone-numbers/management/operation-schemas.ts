/** The operations as a description of the listener needs them: paths and JSON Schemas. */
import { z } from 'zod';
import { MANAGEMENT_ANSWERS } from './answers.ts';
import { INPUTS } from './inputs.ts';
import { MANAGEMENT_OPERATIONS, type OperationName } from './manage.ts';

export interface DescribedOperation {
  readonly name: OperationName;
  readonly on: 'number' | 'account';
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly about: string;
  /** Names of schemas. */
  readonly input: string | null;
  readonly answer: string;
}

export interface ManagementContract {
  readonly operations: readonly DescribedOperation[];
  readonly schemas: Readonly<Record<string, object>>;
}

export function managementContract(): ManagementContract {
  const operations = Object.entries(MANAGEMENT_OPERATIONS).map(([name, operation]) => ({
    name: name as OperationName,
    on: operation.on,
    method: operation.method,
    path: operation.path,
    about: operation.about,
    input: operation.kind === 'change' && operation.input !== null ? inputSchemaName(operation.input) : null,
    answer: operation.answer,
  }));
  return {
    operations,
    // As those of the look-ups: made when they are asked for.
    get schemas() {
      return managementSchemas();
    },
  };
}

function managementSchemas(): Record<string, object> {
  const inputs = Object.entries(INPUTS).map(([name, schema]) => [inputSchemaName(name), toJsonSchema(schema)] as const);
  const answers = Object.entries(MANAGEMENT_ANSWERS).map(([name, schema]) => [name, toJsonSchema(schema)] as const);
  return Object.fromEntries([...inputs, ...answers]);
}

const inputSchemaName = (name: string) => `${name}Input`;

function toJsonSchema(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input' });
  return rest;
}
