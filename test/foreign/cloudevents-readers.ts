/** The official CloudEvents SDKs: each reads every golden record by its Kafka binding, in structured mode. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ForeignReader, goldenRecords, jarVersion, PROGRAMS, packageVersion, run } from './reader-tools.ts';

/** A program reads records.jsonl in its folder, and prints id, type, source and subject of each event. */
function readAll(folder: string, program: string, readWith: (file: string) => string): string {
  const records = goldenRecords();
  const lines = records.map(({ headers, event }) => JSON.stringify({ headers, value: JSON.stringify(event) }));
  writeFileSync(join(folder, 'records.jsonl'), `${lines.join('\n')}\n`);
  const file = join(folder, program);
  cpSync(join(PROGRAMS, program), file);
  const told = readWith(file).trim().split('\n');
  const expected = records.map(({ event }) => [event.id, event.type, event.source, event.subject ?? ''].join('\t'));
  const wrong = expected.findIndex((line, index) => line.trimEnd() !== told[index]?.trimEnd());
  if (wrong !== -1 || told.length !== expected.length) {
    throw new Error(`Event ${wrong} is "${expected[wrong]}", and was read as "${told[wrong]}".`);
  }
  return `${records.length} records read`;
}

export const CLOUDEVENTS_READERS: readonly ForeignReader[] = [
  {
    tool: 'cloudevents-js',
    title: 'CloudEvents SDK (JavaScript)',
    options: 'Kafka.toEvent',
    version: (path) => packageVersion(path, 'cloudevents'),
    read: (path, folder) =>
      readAll(folder, 'cloudevents.cjs', (file) =>
        run(process.execPath, [file, join(path, 'node_modules', 'cloudevents')], folder),
      ),
  },
  {
    tool: 'cloudevents-python',
    title: 'CloudEvents SDK (Python)',
    options: 'from_structured',
    version: (path) => pythonVersion(path, 'cloudevents'),
    read: (path, folder) =>
      readAll(folder, 'cloudevents_reader.py', (file) => run(join(path, 'bin', 'python'), [file], folder)),
  },
  {
    tool: 'cloudevents-go',
    title: 'CloudEvents SDK (Go)',
    options: 'binding.ToEvent',
    version: (path) => /sdk-go\/v2 v(\S+)/.exec(readFileSync(join(path, 'go.mod'), 'utf8'))?.[1] ?? '',
    read: (path, folder) =>
      readAll(folder, 'cloudevents.go', () => {
        for (const name of ['go.mod', 'go.sum']) cpSync(join(path, name), join(folder, name));
        run('go', ['mod', 'tidy'], folder);
        return run('go', ['run', '.'], folder);
      }),
  },
  {
    tool: 'cloudevents-java',
    title: 'CloudEvents SDK (Java)',
    options: 'CloudEventDeserializer',
    version: (path) => jarVersion(path, 'cloudevents-kafka'),
    read: (path, folder) =>
      readAll(folder, 'CloudEventsReader.java', (file) => run('java', ['-cp', join(path, 'jars', '*'), file], folder)),
  },
];

function pythonVersion(path: string, name: string): string {
  return run(
    join(path, 'bin', 'python'),
    ['-c', `from importlib.metadata import version; print(version("${name}"))`],
    path,
  ).trim();
}
