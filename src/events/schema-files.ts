/**
 * The JSON Schemas that come with the package, by type and version. Read, not made: making all of them would hold up
 * webhooks for half a second.
 */
import { readFile } from 'node:fs/promises';

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
    /** Only what the index lists is read, whatever is asked for. */
    async find(type: string, version: string): Promise<object | undefined> {
      const { envelope, types } = (await readIndex()) as Index;
      const wanted = `${type}/${version}.json`;
      const path = [envelope, ...types.map((one) => one.path)].find((one) => one === wanted);
      return path === undefined ? undefined : read(path);
    },
  };
}
