import { readFileSync } from 'node:fs';

/** What package.json says of this version; it stands beside `src` and beside `dist`. */
export const PACKAGE: { readonly version: string; readonly description: string } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
);
