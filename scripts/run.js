// Runs the project's commands on a fresh clone: installs the locked packages when they are missing or older than the lock
// file, then hands over to the Node the project runs on. Plain JavaScript: any Node runs it.
//
//   node scripts/run.js [node options] <script> [arguments]
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

installMissing();

const node = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
const child = spawn(existsSync(node) ? node : process.execPath, process.argv.slice(2), { stdio: 'inherit' });
// A terminal sends Ctrl-C to the child as well; a process manager sends SIGTERM to the first process only.
process.on('SIGINT', () => {});
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
// npm passes SIGTERM to the shell between us, which ends without telling: its end is our signal.
if (process.env.npm_lifecycle_event) {
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || child.kill('SIGTERM'), 200).unref();
}
child.on('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
child.on('exit', (code, signal) => {
  if (signal === null) process.exit(code ?? 1);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});

function installMissing() {
  const stamp = join(root, 'node_modules', '.hubcast-lock');
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  process.stderr.write('Installing packages, about half a minute the first time ...\n');
  const npm = process.env.npm_execpath;
  // Not `npm ci`: it refuses a lock file without the packages of other platforms, which some registries do not offer.
  // The versions are those of the lock file all the same, and it is not written.
  const args = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  // npm's own report goes to stderr: stdout belongs to the command that runs next.
  const options = { cwd: root, stdio: ['ignore', process.stderr, process.stderr] };
  try {
    if (npm) execFileSync(process.execPath, [npm, ...args], options);
    else execFileSync('npm', args, { ...options, shell: process.platform === 'win32' });
  } catch {
    process.stderr.write(
      'npm install failed. Mend what it says above (usually no access to the registry), then run this again.\n',
    );
    process.exit(1);
  }
  writeFileSync(stamp, lock);
}
