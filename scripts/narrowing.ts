/**
 * Within a version a schema only grows: what consumers were promised stays. Compares the JSON Schemas of a release with
 * those of now and says what they take back.
 */
type Schema = Readonly<Record<string, unknown>>;

/** What a schema says of one member. */
interface Shape {
  readonly types: ReadonlySet<string>;
  readonly known: ReadonlySet<string>;
  readonly pattern: string | null;
  readonly required: boolean;
}

/** @returns a sentence for each thing taken back, none where the schema only grew */
export function findNarrowings(before: object, now: object): string[] {
  const then = shapesOf(before as Schema);
  const today = shapesOf(now as Schema);
  return [...then].flatMap(([path, old]) => {
    const current = today.get(path);
    return current === undefined ? [`${path} is gone`] : compare(path, old, current);
  });
}

function compare(path: string, old: Shape, current: Shape): string[] {
  const found: string[] = [];
  for (const type of old.types) {
    if (!current.types.has(type) && !current.types.has('any')) found.push(`${path} is no longer ${type}`);
  }
  for (const value of old.known) if (!current.known.has(value)) found.push(`${path} no longer lists ${value}`);
  if (current.pattern !== null && current.pattern !== old.pattern) found.push(`${path} has another pattern`);
  if (current.required && !old.required) found.push(`${path} is required now`);
  // What Meta leaves out we cannot promise; our own members we can.
  if (old.required && !current.required && !isMetas(path)) found.push(`${path} is no longer promised`);
  return found;
}

function isMetas(path: string): boolean {
  return /^data\.(value|context)[.[]/.test(path);
}

function shapesOf(schema: Schema): Map<string, Shape> {
  const shapes = new Map<string, Shape>();
  collect(schema, { path: '', required: true }, shapes);
  return shapes;
}

interface Place {
  readonly path: string;
  readonly required: boolean;
}

function collect(schema: Schema, { path, required }: Place, shapes: Map<string, Shape>): void {
  const all = branches(schema);
  if (path !== '') {
    shapes.set(path, {
      types: new Set(all.flatMap(typesIn)),
      known: new Set(all.flatMap(({ enum: values }) => (values as unknown[] | undefined)?.map(String) ?? [])),
      pattern:
        (all.map(({ pattern }) => pattern).find((pattern) => pattern !== undefined) as string | undefined) ?? null,
      required,
    });
  }
  for (const branch of all) {
    const needed = new Set((branch.required as string[] | undefined) ?? []);
    for (const [name, member] of Object.entries((branch.properties as Record<string, Schema> | undefined) ?? {})) {
      const inner = path === '' ? name : `${path}.${name}`;
      if (!shapes.has(inner)) collect(member, { path: inner, required: needed.has(name) }, shapes);
    }
    const { items } = branch;
    if (typeof items === 'object' && items !== null && !shapes.has(`${path}[]`)) {
      collect(items as Schema, { path: `${path}[]`, required: false }, shapes);
    }
  }
}

function branches(schema: Schema): Schema[] {
  const { anyOf, ...rest } = schema;
  return anyOf === undefined ? [schema] : [rest, ...(anyOf as Schema[]).flatMap(branches)];
}

function typesIn(schema: Schema): string[] {
  if (schema.const !== undefined) return [JSON.stringify(schema.const)];
  if (schema.type !== undefined) return ([schema.type].flat() as string[]).flatMap(withSubtypes);
  if (schema.enum !== undefined) return ['string'];
  return Object.keys(schema).every((name) => ANNOTATIONS.has(name)) && !('anyOf' in schema) ? ['any'] : [];
}

/** A number takes every integer. */
function withSubtypes(type: string): string[] {
  return type === 'number' ? ['number', 'integer'] : [type];
}

const ANNOTATIONS = new Set(['x-pii']);
