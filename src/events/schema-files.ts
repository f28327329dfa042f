/**
 * The JSON Schemas that come with the package, by type and version, and openapi.json. They are read from files: making
 * them from the zod schemas would block webhooks for half a second.
 */
import { readFile } from 'node:fs/promises';
import { HubcastError } from '../core/errors.ts';

interface Index {
  /** Paths from `schemas/`. */
  readonly envelope: string;
  readonly types: readonly { readonly path: string }[];
}

const FOLDER = new URL('../../schemas/', import.meta.url);

export function openSchemas() {
  const read = async (path: string) => JSON.parse(await readFile(new URL(path, FOLDER), 'utf8')) as object;
  let index: Promise<object> | undefined;
  const readIndex = () => {
    index ??= read('index.json');
    return index;
  };
  return {
    index: readIndex,
    openApi: () => read('openapi.json'),
    /** Reads only paths that the index lists. @throws HubcastError `schema_not_found` */
    async find(type: string, version: string): Promise<object> {
      const { envelope, types } = (await readIndex()) as Index;
      const wanted = `${type}/${version}.json`;
      const path = [envelope, ...types.map((one) => one.path)].find((one) => one === wanted);
      if (path === undefined) throw new HubcastError('schema_not_found', 'No such type or version.');
      return read(path);
    },
  };
}
