// npm run foreign:install                 installs every tool of scripts/foreign/tools.ts into .cache/foreign
// npm run foreign:install -- jest vitest  these alone
// npm run foreign:install -- --list       says which there are, and which are installed
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FOREIGN_FOLDER, type ForeignTool, installedPath, STAMP, stampOf, TOOLS } from './foreign/tools.ts';

const names = process.argv.slice(2);

try {
  if (names.includes('--list')) list();
  else installAll(names.length > 0 ? names : Object.keys(TOOLS));
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}

function list(): void {
  for (const [name, { by, purpose }] of Object.entries(TOOLS)) {
    const state = installedPath(name) === undefined ? 'not installed' : 'installed';
    process.stdout.write(`${name.padEnd(28)} ${by.padEnd(6)} ${state.padEnd(14)} ${purpose}\n`);
  }
}

/** A tool that fails does not keep the others from being installed. */
function installAll(wanted: readonly string[]): void {
  const missing = wanted.filter((name) => installedPath(name) === undefined);
  const failed = missing.filter((name) => !installed(name, TOOLS[name] as ForeignTool));
  if (failed.length > 0) {
    throw new Error(`Not installed: ${failed.join(', ')}. The output above says why; then run this command again.`);
  }
  process.stdout.write(`${wanted.length} tools are in .cache/foreign.\n`);
}

function installed(name: string, tool: ForeignTool): boolean {
  const folder = join(FOREIGN_FOLDER, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  process.stdout.write(`${name}: ${stampOf(tool)}\n`);
  try {
    install(folder, tool);
    writeFileSync(join(folder, STAMP), stampOf(tool));
    return true;
  } catch (error) {
    process.stderr.write(`${name} (${tool.by}): ${(error as Error).message}\n`);
    return false;
  }
}

function install(folder: string, tool: ForeignTool): void {
  switch (tool.by) {
    case 'npm':
      writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
      run(folder, 'npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...tool.packages]);
      break;
    case 'pip':
      run(folder, 'python3', ['-m', 'venv', '.']);
      run(folder, join(folder, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', ...tool.packages]);
      break;
    case 'go':
      for (const path of tool.packages) run(folder, 'go', ['install', path], { GOBIN: join(folder, 'bin') });
      break;
    case 'go-module':
      run(folder, 'go', ['mod', 'init', 'foreign']);
      run(folder, 'go', ['get', ...tool.packages]);
      break;
    case 'maven':
      writeFileSync(join(folder, 'pom.xml'), pomOf(tool.packages));
      run(folder, 'mvn', ['-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=jars']);
      break;
    case 'archive':
      for (const artifact of tool.packages)
        run(folder, 'mvn', ['-q', '-B', 'dependency:copy', `-Dartifact=${artifact}`, '-DoutputDirectory=archive']);
      for (const name of readdirSync(join(folder, 'archive'))) run(folder, 'tar', ['-xzf', join('archive', name)]);
      rmSync(join(folder, 'archive'), { recursive: true });
      break;
  }
}

function run(cwd: string, command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): void {
  execFileSync(command, args, { cwd, stdio: 'inherit', env: { ...process.env, ...env } });
}

/** @param artifacts `group:artifact:version` */
function pomOf(artifacts: readonly string[]): string {
  const dependencies = artifacts.map((artifact) => {
    const [group, name, version] = artifact.split(':');
    return `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`;
  });
  return `<project><modelVersion>4.0.0</modelVersion><groupId>foreign</groupId><artifactId>foreign</artifactId><version>1</version><dependencies>${dependencies.join('')}</dependencies></project>\n`;
}
