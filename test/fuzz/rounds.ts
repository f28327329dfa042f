/** How many cases a property gets: seconds in every run, and as many as `FUZZ_RUNS` says by hand. Seeds are printed on failure. */
const asked = Number(process.env.FUZZ_RUNS ?? 0);

export function rounds(usual: number): { readonly numRuns: number; readonly seed?: number } {
  return asked > 0 ? { numRuns: asked } : { numRuns: usual, seed: 20_261_122 };
}

export const LONG_MS = asked > 0 ? 3_600_000 : 60_000;
