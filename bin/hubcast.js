#!/usr/bin/env node
// The command's front endpoint in plain JavaScript, so that an older Node ends with one clear line and not a syntax error.
import { existsSync } from 'node:fs';

const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  process.stderr.write(
    `hubcast needs Node 24 or newer; this is Node ${process.versions.node}. Install Node 24, or run it as "npm run -s hubcast -- <command>" in a checkout, which brings its own.\n`,
  );
  process.exit(1);
}
// A checkout runs its sources as they are; the published package and the image carry only dist/.
const source = new URL('../src/main.ts', import.meta.url);
await import(existsSync(source) ? source.href : new URL('../dist/main.js', import.meta.url).href);
