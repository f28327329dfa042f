import { readFileSync } from 'node:fs';

/** Reads package.json, which is in the parent folder of both `src` and `dist`. */
export const PACKAGE: { readonly version: string; readonly description: string } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
);
