import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');

/**
 * An example in TypeScript with what `npm install` would put beside it; the kit is this source.
 * @param packages by name: the folder of each
 * @returns its consumer.ts
 */
export function installExample(example: string, folder: string, packages: Readonly<Record<string, string>>): string {
  const modules = join(folder, 'node_modules');
  const kit = join(folder, 'hubcast-events');
  mkdirSync(modules);
  mkdirSync(kit);
  for (const name of ['package.json', 'consumer.ts']) copyFileSync(join(example, name), join(folder, name));
  writeFileSync(join(kit, 'package.json'), '{"name":"hubcast-events","type":"module","exports":"./index.ts"}');
  writeFileSync(join(kit, 'index.ts'), `export * from '${join(ROOT, 'src', 'sdk', 'index.ts')}';\n`);
  for (const [name, path] of Object.entries({ 'hubcast-events': kit, ...packages }))
    symlinkSync(path, join(modules, name));
  return join(folder, 'consumer.ts');
}

export const KAFKAJS = { kafkajs: join(ROOT, 'node_modules', 'kafkajs') };
