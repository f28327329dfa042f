/**
 * Meta's clock, as the Date header of its answers tells it: exact to the second, with the delay of the network in it.
 *
 * @returns a fetch that looks at each answer, and the skew of the last one: Meta's clock less ours in ms
 */
export function createClockWatch(fetch: typeof globalThis.fetch, now: () => number) {
  let skewMs: number | null = null;
  return {
    skewMs: () => skewMs,
    fetch: (async (url, init) => {
      const askedMs = now();
      const response = await fetch(url, init);
      const date = Date.parse(response.headers.get('date') ?? '');
      // Meta answered at some time in between; the middle is closest.
      if (!Number.isNaN(date)) skewMs = date - (askedMs + now()) / 2;
      return response;
    }) as typeof globalThis.fetch,
  };
}
