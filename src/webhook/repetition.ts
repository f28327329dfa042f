/**
 * What stands around many updates goes with each of them, so that an event is whole by itself. A large one would multiply
 * a body by its number of updates: 1.5 MB beside 1,000 changes make 1.5 GB. Such a one is kept once, by itself.
 */

/** In characters of JSON text. What Meta documents around an item may always be that large: keys and subjects come from it. */
export const ALWAYS_REPEATED = 4096;
/** Undocumented members. */
export const UNRECOGNIZED_ALWAYS_REPEATED = 256;
/** All repetitions together. */
const MAX_REPEATED = 4 * 1024 * 1024;

export function isTooLargeToRepeat(length: number, times: number, alwaysRepeated = ALWAYS_REPEATED): boolean {
  return times > 1 && length > alwaysRepeated && length * times > MAX_REPEATED;
}
