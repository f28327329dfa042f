import { ask } from './signed-request.ts';

export interface Scrape {
  readonly text: string;
  /** The value of the one series of this name that carries these labels; undefined where there is none. */
  readonly value: (name: string, labels?: Readonly<Record<string, string>>) => number | undefined;
  /** Names that have a series, as a query would have to write them. */
  readonly names: ReadonlySet<string>;
}

export async function scrape(internalUrl: string): Promise<Scrape> {
  const { status, text } = await ask(`${internalUrl}/metrics`);
  if (status !== 200) throw new Error(`/metrics answered ${status}`);
  return readScrape(text);
}

export function readScrape(text: string): Scrape {
  const series = [...text.matchAll(/^([a-z_]\w*)(?:\{(.*)\})? (\S+)$/gm)].map(([, name = '', labels = '', value]) => ({
    name,
    labels: Object.fromEntries([...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, said]) => [key, said])),
    value: Number(value),
  }));
  return {
    text,
    names: new Set(series.map(({ name }) => name)),
    value: (name, labels = {}) =>
      series.find((one) => one.name === name && Object.entries(labels).every(([key, said]) => one.labels[key] === said))
        ?.value,
  };
}
