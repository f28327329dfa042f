/**
 * What tools of other ecosystems make of our schemas: each reads the committed files as its users would, and every golden event goes through what
 * it made. A tool that is not installed is left out.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLOUDEVENTS_READERS } from './cloudevents-readers.ts';
import {
  assertNames,
  BUNDLE,
  type ForeignReader,
  packageVersion,
  ROOT,
  run,
  SCHEMAS,
  writeEvents,
} from './reader-tools.ts';
import { SCHEMA_TOOL_READERS } from './schema-tool-readers.ts';

export const READERS: readonly ForeignReader[] = [
  ...CLOUDEVENTS_READERS,
  ...SCHEMA_TOOL_READERS,
  {
    tool: 'check-jsonschema',
    title: 'check-jsonschema',
    options: '',
    version: (path) =>
      run(join(path, 'bin', 'check-jsonschema'), ['--version'], path)
        .trim()
        .split(' ')
        .at(-1) ?? '',
    read(path, folder) {
      const files = readdirSync(SCHEMAS, { recursive: true, encoding: 'utf8' }).filter(
        (name) => name.endsWith('.json') && !['index.json', 'openapi.json'].includes(name),
      );
      run(join(path, 'bin', 'check-jsonschema'), ['--check-metaschema', ...files], SCHEMAS);
      const { file, count } = writeEvents(folder);
      const instances = readFileSync(file, 'utf8').split('\n').filter(Boolean);
      const names = instances.map((text, index) => {
        const name = join(folder, `event-${index}.json`);
        writeFileSync(name, text);
        return name;
      });
      run(join(path, 'bin', 'check-jsonschema'), ['--schemafile', BUNDLE, ...names], folder);
      return `${files.length} schemas, ${count} events valid`;
    },
  },
  {
    tool: 'datamodel-code-generator',
    title: 'datamodel-code-generator (Python, pydantic)',
    options: '--use-title-as-name',
    version: (path) =>
      run(join(path, 'bin', 'datamodel-codegen'), ['--version'], path)
        .trim()
        .split(' ')
        .at(-1) ?? '',
    read(path, folder) {
      const code = join(folder, 'events.py');
      run(
        join(path, 'bin', 'datamodel-codegen'),
        [
          ...['--input', BUNDLE, '--input-file-type', 'jsonschema', '--output', code],
          ...['--use-title-as-name', '--output-model-type', 'pydantic_v2.BaseModel', '--target-python-version', '3.11'],
        ],
        folder,
      );
      const names = [...readFileSync(code, 'utf8').matchAll(/^class (\w+)\(/gm)].map(([, name = '']) => name);
      assertNames(names);
      const { count } = writeEvents(folder);
      writeFileSync(join(folder, 'read.py'), READ_PYTHON);
      const told = run(join(path, 'bin', 'python'), ['read.py'], folder).trim();
      if (told !== '') throw new Error(told);
      return `${names.length} classes, none numbered; ${count} events parsed and written back unchanged`;
    },
  },
  {
    tool: 'json-schema-to-typescript',
    title: 'json-schema-to-typescript',
    options: '--unreachableDefinitions=false',
    version: (path) => packageVersion(path, 'json-schema-to-typescript'),
    read(path, folder) {
      const code = run(
        join(path, 'node_modules', '.bin', 'json2ts'),
        ['-i', BUNDLE, '--unreachableDefinitions=false'],
        folder,
      );
      const names = [...code.matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, name = '']) => name);
      assertNames(names);
      writeFileSync(join(folder, 'events.ts'), code);
      const { file } = writeEvents(folder);
      // It takes a member that may hold anything for an object.
      const events = readFileSync(file, 'utf8')
        .split('\n')
        .filter((text) => text !== '' && !/"type":"whatsapp\.(dead_letter|consumer_profile)"/.test(text));
      const lines = events.map((text, index) => `export const event${index}: WhatsAppEvent = ${text};`);
      writeFileSync(
        join(folder, 'golden.ts'),
        `import type { WhatsAppEvent } from './events.ts';\n${lines.join('\n')}\n`,
      );
      const config = {
        compilerOptions: {
          strict: true,
          noEmit: true,
          module: 'nodenext',
          allowImportingTsExtensions: true,
          types: [],
        },
        files: ['golden.ts'],
      };
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
      run(process.execPath, [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', '.'], folder);
      return `${names.length} types, none numbered; ${events.length} events type-checked; for it a value of any kind (in dead letters and consumer_profile) is an object`;
    },
  },
  ...(['go', 'java', 'kotlin', 'csharp', 'rust'] as const).map(
    (language): ForeignReader => ({
      tool: 'quicktype',
      title: `quicktype (${language})`,
      options: '--src-lang schema',
      version: (path) => packageVersion(path, 'quicktype'),
      read(path, folder) {
        const types = readdirSync(SCHEMAS).filter((name) => name.startsWith('whatsapp.'));
        const files = types.map((type) => join(SCHEMAS, type, '1.json'));
        const out = join(folder, `events.${language}`);
        run(
          join(path, 'node_modules', '.bin', 'quicktype'),
          ['--src-lang', 'schema', '--lang', language, '--out', out, ...files],
          folder,
        );
        return `${types.length} types generated`;
      },
    }),
  ),
];

/** Says what differs between an event and what its model writes; nothing where all is the same, to the last digit. */
const READ_PYTHON = `
import json
from events import WhatsAppEvent

def differences(one, other, at="event"):
    if isinstance(one, dict) and isinstance(other, dict):
        for name in one.keys() | other.keys():
            yield from differences(one.get(name), other.get(name), f"{at}.{name}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, pair in enumerate(zip(one, other)):
            yield from differences(*pair, f"{at}[{index}]")
    elif one != other or type(one) is not type(other):
        yield f"{at}: {one!r} became {other!r}"

for line in open("events.jsonl", encoding="utf-8"):
    event = json.loads(line)
    written = WhatsAppEvent.model_validate(event).model_dump_json(by_alias=True, exclude_unset=True)
    for difference in differences(event, json.loads(written)):
        print(event["type"], difference)
`;
