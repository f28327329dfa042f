/**
 * Makes zod's JSON Schemas portable: validators take them with their default options, and generators make readable code of
 * them that loses no digit. What is valid stays the same, but for our own lists of values, which are open too.
 */
import { KNOWN_VALUES } from '../fields/values.ts';

/** A JSON Schema, draft-07. */
export type JsonSchema = Readonly<Record<string, unknown>>;

type Branch = Record<string, unknown>;

const NULL: JsonSchema = { type: 'null' };
/** Said of a member beside what it may hold. */
const ABOUT = ['description', '$comment', 'title', 'default', 'examples'];
/** A whole number keeps its digits only in an integer type, and so do ids and codes that come as text or number. */
const WITH_INTEGER = ['string', 'integer', 'number', 'boolean', 'null'];

/**
 * - `null` is a type beside others, in place of a branch of its own; nested branches are flattened.
 * - Every list of values says its type, and any other text is valid too.
 * - Numbers are `integer` or `number`.
 * - Objects say that they are open.
 * - No format and no keyword that a strict validator would have to know: what identifies a person is a comment.
 */
export function toPortable(schema: JsonSchema): JsonSchema {
  const { properties, items, additionalProperties, anyOf, 'x-pii': personal, externalDocs, ...rest } = schema;
  const own: Branch = { ...rest };
  const known = own[KNOWN_VALUES];
  delete own[KNOWN_VALUES];
  // The pattern beside it says the same; validators refuse formats that they do not know.
  delete own.format;
  // Names of members are always text.
  delete own.propertyNames;
  if (personal !== undefined) own.$comment = `x-pii: ${personal}`;
  if (isPage(externalDocs)) own.$comment = externalDocs.url;
  if (properties !== undefined) {
    own.properties = mapValues(properties as Readonly<Record<string, JsonSchema>>, toPortable);
  }
  if (items !== undefined) own.items = toPortable(items as JsonSchema);
  if (isSchema(additionalProperties)) own.additionalProperties = toPortable(additionalProperties);
  else if (additionalProperties === false) own.additionalProperties = false;
  else if (own.type === 'object') own.additionalProperties = {};
  if (own.const !== undefined) own.type ??= typeof own.const;
  if (typeof own.type === 'string' || Array.isArray(own.type)) own.type = withInteger([own.type].flat() as string[]);
  if (known !== undefined || own.enum !== undefined) return openList(own, known ?? own.enum);
  return anyOf === undefined ? own : merged(own, (anyOf as JsonSchema[]).map(toPortable));
}

/** One that asks for something. */
function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

function isPage(value: unknown): value is { readonly url: string } {
  return typeof value === 'object' && value !== null && 'url' in value;
}

/** Any text, with those that are documented. */
function openList({ type: _type, enum: _enum, ...own }: Branch, known: unknown): JsonSchema {
  return { ...own, anyOf: [{ type: 'string', enum: known }, { type: 'string' }] };
}

/** One schema for the branches, as flat as can be. */
function merged(own: Branch, branches: readonly JsonSchema[]): JsonSchema {
  const flat = branches.flatMap((branch) =>
    Object.keys(branch).every((key) => key === 'anyOf' || ABOUT.includes(key)) && Array.isArray(branch.anyOf)
      ? (branch.anyOf as JsonSchema[])
      : [branch],
  );
  const plain = flat.filter((branch) => Object.keys(branch).every((key) => key === 'type' || ABOUT.includes(key)));
  const { type: _type, ...about } = Object.assign({}, ...plain.toReversed()) as JsonSchema;
  const others = flat.filter((branch) => !plain.includes(branch));
  const types = withInteger([...new Set(plain.flatMap(({ type }) => type as string[] | string))]);
  const [other] = others;
  if (other === undefined) return { ...about, ...own, type: types };
  // An object or null, a list or null: one schema of two types.
  if (types === 'null' && typeof other.type === 'string' && other.enum === undefined) {
    const nullable = { ...other, type: [other.type, 'null'] };
    return others.length === 1 ? { ...nullable, ...own } : { ...own, anyOf: [nullable, ...others.slice(1)] };
  }
  const rest = types.length === 0 ? [] : [{ ...about, type: types }];
  return { ...own, anyOf: [...others, ...rest] };
}

/** A single type is a text, as usual. */
function withInteger(types: readonly string[]): string | string[] {
  const all = types.includes('number') ? [...types, 'integer'] : types;
  const sorted = [...new Set(all)].sort((a, b) => WITH_INTEGER.indexOf(a) - WITH_INTEGER.indexOf(b));
  return sorted.length === 1 ? (sorted[0] as string) : sorted;
}

function mapValues<Value, Result>(
  members: Readonly<Record<string, Value>>,
  change: (value: Value, name: string) => Result,
): Readonly<Record<string, Result>> {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, change(value, name)]));
}

/** Every place of one schema: a title, and what it is named after, from the event type on. */
interface Shape {
  /** Given by the contract. */
  title: string | undefined;
  readonly path: readonly string[];
  readonly places: Branch[];
}

/**
 * Gives a title to every object and list of values in these schemas, in place: what is the same everywhere has one title, and no two
 * things share one. Generators name types by it.
 *
 * @param roots by what they are called: the event type in PascalCase
 */
export function addTitles(roots: ReadonlyMap<string, JsonSchema>): void {
  const shapes = new Map<string, Shape>();
  const names = new Set<string>();
  for (const [root, schema] of roots) {
    names.add(root);
    for (const { path, schema: inner } of innerSchemas(schema as Branch, [root])) {
      const text = textOf(inner);
      const shape: Shape = shapes.get(text) ?? { title: undefined, path, places: [] };
      shape.title ??= inner.title as string | undefined;
      shape.places.push(inner);
      shapes.set(text, shape);
    }
  }
  for (const { title, path } of shapes.values()) {
    if (title === undefined) continue;
    if (names.has(title)) throw new Error(`Two schemas are named ${title}, one of them at ${path.join('.')}.`);
    names.add(title);
  }
  for (const { title, places } of shapes.values())
    if (title !== undefined) for (const place of places) place.title = title;
  let unnamed = [...shapes.values()].filter(({ title }) => title === undefined);
  // The shortest name that nothing else has: the member's own, then with those around it.
  for (let depth = 1; unnamed.length > 0; depth += 1) {
    const byName = Map.groupBy(unnamed, ({ path }) => nameAt(path, depth));
    for (const [name, claimants] of byName) {
      const [only] = claimants;
      if (claimants.length > 1 || only === undefined || names.has(name)) {
        if (claimants.every(({ path }) => depth > path.length)) throw new Error(`Two schemas would be named ${name}.`);
        continue;
      }
      names.add(name);
      for (const place of only.places) place.title = name;
      unnamed = unnamed.filter((shape) => shape !== only);
    }
  }
  for (const [root, schema] of roots) (schema as Branch).title = root;
}

/** What it holds, whatever is said of it and whether or not it may be null. */
function textOf({ description: _description, $comment: _comment, title: _title, type, ...rest }: Branch): string {
  return JSON.stringify([[type].flat().filter((one) => one !== 'null'), rest]);
}

/** Objects and lists of values below a schema, with the names of the members that lead to them. */
function* innerSchemas(
  schema: Branch,
  path: readonly string[],
): Generator<{ path: readonly string[]; schema: Branch }> {
  for (const { names, schema: child } of childrenOf(schema)) {
    const at = [...path, ...names];
    if (child.enum !== undefined || [child.type].flat().includes('object')) yield { path: at, schema: child };
    yield* innerSchemas(child, at);
  }
}

function childrenOf({ properties = {}, items, additionalProperties, anyOf = [] }: Branch) {
  const one = (names: readonly string[], schema: unknown) => ({ names, schema: schema as Branch });
  return [
    ...Object.entries(properties as object).map(([name, member]) => one([name], member)),
    ...(anyOf as unknown[]).map((branch) => one([], branch)),
    ...(items === undefined ? [] : [one(['[]'], items)]),
    ...(typeof additionalProperties === 'object' ? [one(['{}'], additionalProperties)] : []),
  ].filter(({ schema }) => Object.keys(schema).length > 0);
}

/** The last names of a path, so many of them, then also the first: `contacts`, `[]` is a Contact. */
function nameAt(path: readonly string[], depth: number): string {
  const names: string[] = [];
  for (const [index, part] of path.entries()) {
    const last = names.at(-1);
    if (part === '[]' && last !== undefined) names[names.length - 1] = singular(last);
    else if (part === '{}' && last !== undefined) names[names.length - 1] = `${singular(last)}_entry`;
    // Of an event, all but its envelope is data.
    else if (part !== 'data' || index === path.length - 1) names.push(part);
  }
  return names.slice(-depth).map(pascalCase).join('');
}

function singular(word: string): string {
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (/(ss|x|ch|sh|us)es$/.test(word)) return word.slice(0, -2);
  return /[^su]s$/.test(word) ? word.slice(0, -1) : word;
}

export function pascalCase(text: string): string {
  return text
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');
}

function said({ description, $comment }: Branch): JsonSchema {
  return {
    ...(description === undefined ? {} : { description }),
    ...($comment === undefined ? {} : { $comment }),
  };
}

/** One document with every schema once: what stands in several places is a definition. */
export function toBundle(roots: readonly JsonSchema[], about: JsonSchema): JsonSchema {
  const counts = new Map<string, number>();
  const titled = (schema: Branch) => schema.title as string;
  for (const root of roots) {
    for (const { schema } of innerSchemas(root as Branch, [])) {
      counts.set(titled(schema), (counts.get(titled(schema)) ?? 0) + 1);
    }
  }
  const definitions: Record<string, JsonSchema> = {};

  function withReferences(schema: Branch): JsonSchema {
    const {
      properties,
      items,
      additionalProperties,
      anyOf,
      $schema: _schema,
      $id: _id,
      examples: _examples,
      ...rest
    } = schema;
    return {
      ...rest,
      ...(properties === undefined ? {} : { properties: mapValues(properties as Record<string, Branch>, referenced) }),
      ...(items === undefined ? {} : { items: referenced(items as Branch) }),
      ...(additionalProperties === undefined
        ? {}
        : {
            additionalProperties:
              typeof additionalProperties === 'object'
                ? referenced(additionalProperties as Branch)
                : additionalProperties,
          }),
      ...(anyOf === undefined ? {} : { anyOf: (anyOf as Branch[]).map(referenced) }),
    };
  }

  function referenced(schema: Branch): JsonSchema {
    const name = schema.title as string | undefined;
    if (name === undefined || (counts.get(name) ?? 0) < 2) return withReferences(schema);
    const { description, $comment, type, ...rest } = schema;
    const types = [type].flat();
    const [own] = types.filter((one) => one !== 'null');
    definitions[name] ??= withReferences({ type: own, ...rest });
    const reference = { $ref: `#/definitions/${name}` };
    if (types.includes('null')) return { ...said(schema), anyOf: [reference, NULL] };
    // Beside a reference nothing counts.
    return description === undefined && $comment === undefined ? reference : { ...said(schema), allOf: [reference] };
  }

  const oneOf = roots.map((root) => {
    const name = titled(root as Branch);
    definitions[name] = withReferences(root as Branch);
    return { $ref: `#/definitions/${name}` };
  });
  const sorted = Object.fromEntries(Object.entries(definitions).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { ...about, oneOf, definitions: sorted };
}
