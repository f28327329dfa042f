/**
 * The files of the operator's page, ready to be sent: its own modules, lit-html and uPlot. No other place is ever asked for anything.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire, stripTypeScriptTypes } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { STYLE } from './style.ts';

export interface Asset {
  readonly mediaType: string;
  readonly bytes: Buffer;
  readonly etag: string;
}

export interface ConsoleAssets {
  readonly page: Asset;
  /** Content-Security-Policy of the page. */
  readonly policy: string;
  /** By file name below /console/. */
  readonly files: ReadonlyMap<string, Asset>;
}

const JAVASCRIPT = 'text/javascript; charset=utf-8';
const CSS = 'text/css; charset=utf-8';

/** Parts of lit-html, by their paths in its package. */
const LIT = ['lit-html.js', 'directive.js', 'directive-helpers.js', 'directives/repeat.js'];

/** Names in the page's modules, and paths in those of lit-html; the browser finds them by this map. */
const IMPORT_MAP = JSON.stringify({
  imports: {
    'lit-html': '/console/lit-html.js',
    'lit-html/directives/repeat.js': '/console/repeat.js',
    ...Object.fromEntries(LIT.map((path) => [`/${basename(path)}`, `/console/${basename(path)}`])),
  },
});

export function loadConsoleAssets(): ConsoleAssets {
  const client = fileURLToPath(new URL('./client/', import.meta.url));
  const modules = readdirSync(client).filter((name) => /\.[jt]s$/.test(name) && !name.endsWith('.d.ts'));
  const files = new Map(modules.map((name) => [name, asset(JAVASCRIPT, moduleText(join(client, name)))] as const));
  const require = createRequire(import.meta.url);
  // Its `node` form, which resolution finds, is for servers.
  const lit = join(dirname(require.resolve('lit-html')), '..');
  for (const path of LIT) files.set(basename(path), asset(JAVASCRIPT, readFileSync(join(lit, path), 'utf8')));
  const uplot = dirname(require.resolve('uplot'));
  files.set('uplot.js', asset(JAVASCRIPT, readFileSync(join(uplot, 'uPlot.iife.min.js'), 'utf8')));
  files.set('style.css', asset(CSS, `${readFileSync(join(uplot, 'uPlot.min.css'), 'utf8')}${STYLE}`));
  const main = modules.find((name) => name.startsWith('main.'));
  return { page: asset('text/html; charset=utf-8', pageText(main ?? 'main.js')), policy: policy(), files };
}

/** Run from source, the modules are TypeScript; built, they are JavaScript already. */
function moduleText(file: string): string {
  const text = readFileSync(file, 'utf8');
  return file.endsWith('.ts') ? stripQuietly(text) : text;
}

/** Node calls it experimental, aloud; of a checkout's operators nobody can do anything about that. */
function stripQuietly(text: string): string {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return stripTypeScriptTypes(text);
  } finally {
    process.emitWarning = emitWarning;
  }
}

function asset(mediaType: string, text: string): Asset {
  const bytes = Buffer.from(text);
  return { mediaType, bytes, etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"` };
}

function policy(): string {
  const map = createHash('sha256').update(IMPORT_MAP).digest('base64');
  return [
    "default-src 'none'",
    `script-src 'self' 'sha256-${map}'`,
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    // Templates of lit-html are the only texts that become HTML.
    "require-trusted-types-for 'script'",
    'trusted-types lit-html',
  ].join('; ');
}

function pageText(main: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>hubcast</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/console/style.css">
<script type="importmap">${IMPORT_MAP}</script>
<script src="/console/uplot.js" defer></script>
<script type="module" src="/console/${main}"></script>
</head>
<body><div id="app"></div><noscript>This page needs JavaScript. The same is told by the hubcast command and by the paths in /openapi.json.</noscript></body>
</html>
`;
}
