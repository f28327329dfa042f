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

function compileAll(): { readonly byDataschema: ReadonlyMap<string, Validate>; readonly envelope: Validate } {
  const { default: Ajv } = require('ajv/dist/2020');
  const { default: addFormats } = require('ajv-formats');
  const ajv = new Ajv({ strict: true, strictTypes: false, strictRequired: false, allowUnionTypes: true });
  addFormats(ajv);
  ajv.addVocabulary(['x-pii', 'externalDocs']);
  const index: Index = readJson(join(SCHEMAS, 'index.json'));
  const compile = (path: string): Validate => ajv.compile(readJson(join(SCHEMAS, path)));
  return {
    byDataschema: new Map(index.types.map(({ dataschema, path }) => [dataschema, compile(path)])),
    envelope: compile(index.envelope),
  };
}

describe('ajv, on the committed schemas', () => {
  const { byDataschema, envelope } = compileAll();
  const cases = readdirSync(GOLDEN).flatMap((field) =>
    readdirSync(join(GOLDEN, field)).map((name) => `${field}/${name}`),
  );

  it.each(cases)('accepts the events of %s', (name) => {
    for (const { event } of readJson(join(GOLDEN, name, 'records.json'))) {
      for (const validate of [byDataschema.get(event.dataschema), envelope]) {
        expect([validate?.(event), validate?.errors]).toEqual([true, null]);
      }
    }
  });

  it('refuses an event with a wrong member, so that accepting means something', () => {
    const [{ event }] = readJson(join(GOLDEN, 'messages', 'test-button', 'records.json'));
    event.data.value.type = 5;
    expect(byDataschema.get(event.dataschema)?.(event)).toBe(false);
  });
});

describe('the AsyncAPI parser', () => {
  it('reads the document without errors or warnings, with a message for every event type', async () => {
    const { fromFile, Parser } = require('@asyncapi/parser');
    const { document, diagnostics } = await fromFile(new Parser(), join(SCHEMAS, 'asyncapi.yaml')).parse();
    // Severity 0 is an error, 1 a warning; below are hints, such as that there is a newer version.
    expect(diagnostics.filter(({ severity }: { severity: number }) => severity < 2)).toEqual([]);
    const index: Index = readJson(join(SCHEMAS, 'index.json'));
    expect(document.messages().all().length).toBe(index.types.length);
    for (const message of document.messages().all()) {
      expect(message.payload().properties().data).toBeDefined();
      expect(message.headers()).toBeDefined();
      expect(message.examples().all()).toHaveLength(1);
    }
  });
});
