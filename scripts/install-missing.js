// Installs the locked packages when they are missing or older than the lock file, so that `npm run demo` and
// `npm test` work on a fresh clone. Plain JavaScript: it runs on whatever Node is there, before node@24 is.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(root, 'node_modules', '.hubcast-lock');
const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
const installed = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';

if (installed !== lock) {
  process.stderr.write('Installing packages (npm ci), about half a minute the first time ...\n');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  try {
    // npm's own report goes to stderr: stdout belongs to the command that runs next.
    const options = { cwd: root, stdio: ['ignore', process.stderr, process.stderr] };
    if (npm) execFileSync(process.execPath, [npm, ...args], options);
    else execFileSync('npm', args, { ...options, shell: process.platform === 'win32' });
  } catch {
    process.stderr.write(
      'npm ci failed. Fix what it says above (usually no network or no registry access), then run the command again.\n',
    );
    process.exit(1);
  }
  writeFileSync(stamp, lock);
}
