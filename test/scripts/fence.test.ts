/** The fence holds for `src`, and each kind of breach is refused with its cure. */
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { breaches, readSources } from '../../scripts/fence.ts';

const SOURCES = readSources(join(import.meta.dirname, '..', '..', 'src'));

/** The breaches of `src` with these modules added or replaced. */
const breachesWith = (modules: Readonly<Record<string, string>>) =>
  breaches(new Map([...SOURCES, ...Object.entries(modules)]));

describe('the fence of src', () => {
  it('holds', () => {
    expect(breaches(SOURCES)).toEqual([]);
  });

  it('reads the imports of every module', () => {
    expect(SOURCES.size).toBeGreaterThan(300);
  });

  it('refuses a folder without a layer', () => {
    expect(breachesWith({ 'utils/text.ts': '' })).toEqual([
      'utils/text.ts: its folder has no layer. Add "utils" to LAYERS in scripts/fence.ts, or move it.',
    ]);
  });

  it('refuses a third file beside main.ts and receive.ts', () => {
    expect(breachesWith({ 'open-store.ts': '' })).toEqual([
      expect.stringContaining('open-store.ts: its folder has no'),
    ]);
  });

  it.each([
    ['a value', `import { startService } from '../app/service.ts';`],
    ['a type', `import type { startService } from '../app/service.ts';`],
    ['several lines', `import {\n  type A,\n  startService,\n} from '../app/service.ts';`],
    ['an export', `export { startService } from '../app/service.ts';`],
    ['a dynamic import', `const load = () => import('../app/service.ts');`],
    ['a type of a module', `type Service = typeof import('../app/service.ts');`],
  ])('refuses an upward import: %s', (_name, text) => {
    expect(breachesWith({ 'records/upward.ts': text })).toEqual([
      'records/upward.ts imports app/service.ts, which is above it. Move what both need to "records" or below, or hand it in as an argument.',
    ]);
  });

  it('refuses a package outside its owner, type-only and deep imports included', () => {
    const refused = [
      'records/a.ts imports kafkajs, which stores/kafka alone may import. Use what that folder exports.',
    ];
    expect(breachesWith({ 'records/a.ts': `import type { Kafka } from 'kafkajs';` })).toEqual(refused);
    expect(breachesWith({ 'records/a.ts': `import x from 'kafkajs/src/broker/index.js';` })).toEqual(refused);
  });

  it('refuses a package without an owner', () => {
    expect(breachesWith({ 'records/a.ts': `import pad from 'left-pad';` })).toEqual([
      'records/a.ts imports left-pad, which no folder owns. Give it one in PACKAGE_OWNERS of scripts/fence.ts.',
    ]);
  });

  it('refuses modules that import each other, for types too', () => {
    const ring = {
      'records/a.ts': `import type { B } from './b.ts';`,
      'records/b.ts': `import type { A } from './a.ts';`,
    };
    expect(breachesWith(ring)).toEqual([
      'records/a.ts -> records/b.ts -> records/a.ts: these import each other. Move what both need to a third module.',
    ]);
  });

  it('refuses an entry for what is not there', () => {
    const without = new Map([...SOURCES].filter(([path]) => !path.startsWith('cluster/')));
    expect(breaches(without)).toEqual([
      'LAYERS in scripts/fence.ts names "cluster", which is not there. Remove the entry.',
    ]);
  });
});
