/**
 * Checks a part of a webhook by its schema, once for each shape. The schemas of the registry look at the names and kinds of
 * members and never at their content (a test holds them to it), so a part of a shape that fitted before fits again. Meta's
 * items come in a few shapes by the thousand; telling the shape costs a fifth of a check.
 */
import type * as z from 'zod';

const FITTING = new WeakMap<z.ZodType, Set<string>>();

/** Bounds what is kept for hostile bodies; Meta's items have some ten shapes each, of up to 1,000 characters. */
const MAX_SHAPES = 200;
const MAX_SHAPE_LENGTH = 4_000;

/** @returns what does not fit, empty where all fits */
export function issuesOf(schema: z.ZodType, value: unknown): readonly z.core.$ZodIssue[] {
  let fitting = FITTING.get(schema);
  if (fitting === undefined) {
    fitting = new Set();
    FITTING.set(schema, fitting);
  }
  const shape = shapeOf(value);
  if (fitting.has(shape)) return NONE;
  const { error } = schema.safeParse(value);
  if (error !== undefined) return error.issues;
  if (fitting.size < MAX_SHAPES && shape.length <= MAX_SHAPE_LENGTH) fitting.add(shape);
  return NONE;
}

const NONE: readonly z.core.$ZodIssue[] = [];

/** Equal for values that differ in the content of texts, numbers and truth values alone, and in how often an array repeats a shape. */
export function shapeOf(value: unknown): string {
  if (typeof value === 'string') return 's';
  // Infinity is what JSON.parse makes of 1e999; schemas refuse it.
  if (typeof value === 'number') return Number.isFinite(value) ? 'n' : 'i';
  if (typeof value === 'boolean') return 'b';
  if (typeof value !== 'object' || value === null) return '0';
  if (Array.isArray(value)) return listShape(value);
  let shape = '{';
  // What JSON.parse makes inherits no members. The length keeps a name apart from what follows it.
  for (const name in value) shape += `${name.length}:${name}${shapeOf((value as Record<string, unknown>)[name])}`;
  return `${shape}}`;
}

function listShape(items: readonly unknown[]): string {
  let shape = '';
  let last = '';
  for (const item of items) {
    const next = shapeOf(item);
    if (next !== last) shape += next;
    last = next;
  }
  return `[${shape}]`;
}
