/**
 * The contract as others read it: every golden event against the committed schemas with ajv, and the AsyncAPI document
 * with its official parser. Neither is ours, so neither shares our mistakes.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..', '..');
const SCHEMAS = join(ROOT, 'schemas');
const GOLDEN = join(ROOT, 'test', 'fixtures', 'webhooks');
const require = createRequire(import.meta.url);

type Validate = ((value: unknown) => boolean) & { readonly errors?: unknown };
interface Index {
  readonly envelope: string;
  readonly types: readonly { readonly dataschema: string; readonly path: string }[];
}

const readJson = (file: string) => JSON.parse(readFileSync(file, 'utf8'));

function compileAll(): {
  readonly byDataschema: ReadonlyMap<string, Validate>;
  readonly envelope: Validate;
  readonly bundle: Validate;
} {
  const { Ajv } = require('ajv');
  // Its default options but one, without which it writes a line for each member of several types.
  const ajv = new Ajv({ allowUnionTypes: true });
  const index: Index = readJson(join(SCHEMAS, 'index.json'));
  const compile = (path: string): Validate => ajv.compile(readJson(join(SCHEMAS, path)));
  return {
    byDataschema: new Map(index.types.map(({ dataschema, path }) => [dataschema, compile(path)])),
    envelope: compile(index.envelope),
    bundle: compile('events.json'),
  };
}

describe('ajv, on the committed schemas', () => {
  const { byDataschema, envelope, bundle } = compileAll();
  const cases = readdirSync(GOLDEN).flatMap((field) =>
    readdirSync(join(GOLDEN, field)).map((name) => `${field}/${name}`),
  );

  it.each(cases)('accepts the events of %s', (name) => {
    for (const { event } of readJson(join(GOLDEN, name, 'records.json'))) {
      for (const validate of [byDataschema.get(event.dataschema), envelope, bundle]) {
        expect([validate?.(event), validate?.errors]).toEqual([true, null]);
      }
    }
  });

  it('refuses an event with a wrong member, so that accepting means something', () => {
    const [{ event }] = readJson(join(GOLDEN, 'messages', 'test-button', 'records.json'));
    event.data.value.type = 5;
    expect([byDataschema.get(event.dataschema)?.(event), bundle(event)]).toEqual([false, false]);
  });

  it('compiles those of capture files too', () => {
    const { Ajv } = require('ajv');
    expect(new Ajv().compile(readJson(join(SCHEMAS, 'capture', '1.json')))({})).toBe(false);
  });
});

describe('the AsyncAPI parser', () => {
  it.each(['asyncapi.yaml', 'asyncapi-bundled.yaml'])(
    'reads %s without errors or warnings, with a message for every event type',
    async (name) => {
      const { fromFile, Parser } = require('@asyncapi/parser');
      const { document, diagnostics } = await fromFile(new Parser(), join(SCHEMAS, name)).parse();
      // Severity 0 is an error, 1 a warning; below are hints, such as that there is a newer version.
      expect(diagnostics.filter(({ severity }: { severity: number }) => severity < 2)).toEqual([]);
      const index: Index = readJson(join(SCHEMAS, 'index.json'));
      expect(document.messages().all().length).toBe(index.types.length);
      for (const message of document.messages().all()) {
        expect(message.payload().properties().data).toBeDefined();
        expect(message.headers()).toBeDefined();
        expect(message.examples().all()).toHaveLength(1);
      }
    },
    30_000,
  );
});
