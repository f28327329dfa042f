// npm run pack: the service and the kit as npm packs them, hubcast-<version>.tgz and hubcast-events-<version>.tgz, into this folder or another one.
//
//   npm run pack
//   npm run pack -- --to ../packages
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { ROOT } from './generated-files.ts';
import { writeKit } from './kit.ts';

const { to } = new Command('npm run pack --')
  .description('Packs the service (hubcast) and the kit for consumers (hubcast-events).')
  .option('--to <folder>', 'where the files go', '.')
  .parse()
  .opts<{ to: string }>();

const folder = mkdtempSync(join(tmpdir(), 'hubcast-kit-'));
try {
  mkdirSync(resolve(to), { recursive: true });
  await writeKit(folder);
  // npm prints the name of the file that it made.
  for (const cwd of [ROOT, folder]) {
    execFileSync('npm', ['pack', '--loglevel=error', '--pack-destination', resolve(to)], { cwd, stdio: 'inherit' });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
