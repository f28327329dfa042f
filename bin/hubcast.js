#!/usr/bin/env node
// The command's entry point in plain JavaScript, so that an older Node ends with one clear line and not a syntax error.
import { existsSync } from 'node:fs';

// The security releases of 24 March 2026: strangers could crash or stall earlier ones through TLS, headers and JSON.
const OLDEST = [24, 14, 1];
const parts = process.versions.node.split('.').map(Number);
const differing = OLDEST.findIndex((part, index) => part !== parts[index]);
if (differing !== -1 && parts[differing] < OLDEST[differing]) {
  process.stderr.write(
    `hubcast needs Node 24.14.1 or newer; this is Node ${process.versions.node}. Install the newest Node 24, or run it as "npm run -s hubcast -- <command>" in a checkout, which brings its own.\n`,
  );
  process.exit(1);
}
// A checkout runs its sources as they are; the published package and the image carry only dist/.
const source = new URL('../src/main.ts', import.meta.url);
await import(existsSync(source) ? source.href : new URL('../dist/main.js', import.meta.url).href);
