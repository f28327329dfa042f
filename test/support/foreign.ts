/** Tests with tools of other ecosystems run where the tool is installed, else they say how to get it. */
import { describe, it } from '@jest/globals';
import { installedPath } from '../../scripts/foreign/tools.ts';

const told = new Set<string>();

/** The tool's folder (scripts/foreign/tools.ts says what is in it); else undefined, after one line on stderr. */
export function foreignTool(name: string): string | undefined {
  const path = installedPath(name);
  if (path === undefined && !told.has(name)) {
    told.add(name);
    process.stderr.write(`SKIPPED: tests with ${name}. Install it with: npm run foreign:install -- ${name}\n`);
  }
  return path;
}

/** A `describe` of tests that need a tool; skipped with the line where it is not installed. */
export function describeForeign(title: string, name: string, tests: (path: string) => void): void {
  const path = foreignTool(name);
  if (path !== undefined) describe(title, () => tests(path));
  else describe.skip(title, () => it(`needs ${name}`, () => undefined));
}

/** An `it` that needs a tool. */
export function itForeign(title: string, name: string, test: (path: string) => unknown, timeoutMs: number): void {
  const path = foreignTool(name);
  if (path === undefined) it.skip(title, () => undefined);
  else it(title, async () => void (await test(path)), timeoutMs);
}
