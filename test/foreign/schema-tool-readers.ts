/** Validators and code generators that read the schemas: what each makes is compiled, and reads the golden events where it can. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import {
  assertNames,
  BUNDLE,
  type ForeignReader,
  jarVersion,
  PROGRAMS,
  packageVersion,
  run,
  SCHEMAS,
  writeEvents,
} from './reader-tools.ts';

export const SCHEMA_TOOL_READERS: readonly ForeignReader[] = [
  {
    tool: 'networknt',
    title: 'networknt json-schema-validator (Java)',
    options: 'draft-07',
    version: (path) => jarVersion(path, 'json-schema-validator'),
    read(path, folder) {
      const { file, count } = writeEvents(folder);
      const program = join(PROGRAMS, 'ValidateEvents.java');
      const told = run('java', ['-cp', join(path, 'jars', '*'), program, BUNDLE, file], folder).trim();
      if (told !== '') throw new Error(told.slice(0, 2_000));
      return `${count} events valid`;
    },
  },
  {
    tool: 'modelina',
    title: '@asyncapi/modelina (TypeScript)',
    options: '',
    version: (path) => packageVersion(path, '@asyncapi/modelina'),
    read(path, folder) {
      const program = join(folder, 'modelina.cjs');
      cpSync(join(PROGRAMS, 'modelina.cjs'), program);
      const names = run(process.execPath, [program, join(path, 'node_modules'), BUNDLE], folder)
        .trim()
        .split('\n');
      assertNames(names);
      const anonymous = names.filter((name) => /Anonymous/i.test(name));
      if (anonymous.length > 0) throw new Error(`Names that nobody gave: ${anonymous.join(', ')}`);
      return `${names.length} models, none numbered`;
    },
  },
  {
    tool: 'asyncapi-cli',
    title: '@asyncapi/cli',
    options: 'validate',
    version: (path) => packageVersion(path, '@asyncapi/cli'),
    read(path, folder) {
      const documents = ['asyncapi.yaml', 'asyncapi-bundled.yaml'];
      for (const name of documents) {
        run(join(path, 'node_modules', '.bin', 'asyncapi'), ['validate', join(SCHEMAS, name)], folder);
      }
      return `${documents.length} documents valid`;
    },
  },
];
