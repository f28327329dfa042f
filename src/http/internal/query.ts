/** What stands behind the `?`, checked against what a path takes. */
import type { Request } from 'express';
import { HubcastError } from '../../core/errors.ts';

export interface Parameter {
  readonly about: string;
  /** JSON Schema of its text. */
  readonly schema: {
    readonly type: 'string';
    readonly pattern?: string;
    readonly enum?: readonly string[];
    readonly maxLength?: number;
  };
  readonly example: string;
}

/** @throws HubcastError `invalid_query` */
export function readQuery<Name extends string>(
  request: Request,
  allowed: readonly Name[],
  parameters: Readonly<Record<Name, Parameter>>,
): Partial<Record<Name, string>> {
  const query: Partial<Record<Name, string>> = {};
  for (const [name, value] of Object.entries(request.query)) {
    const known = allowed.find((parameter) => parameter === name);
    if (known === undefined) {
      throw new HubcastError('invalid_query', `This path takes ${allowed.join(', ') || 'no parameters'}.`);
    }
    const { schema } = parameters[known];
    const fits =
      typeof value === 'string' &&
      value.length <= (schema.maxLength ?? Number.POSITIVE_INFINITY) &&
      (schema.pattern === undefined || new RegExp(schema.pattern, 'u').test(value)) &&
      (schema.enum === undefined || schema.enum.includes(value));
    if (!fits) throw new HubcastError('invalid_query', `${known} has no value it takes, or was given twice.`);
    query[known] = value as string;
  }
  return query;
}
