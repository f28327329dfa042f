import { createSingleFlight } from '../../core/single-flight.ts';

/**
 * @param keptMs how long an answer serves the next callers; those that come while it is made share it as well
 * @param now a monotonic clock, ms
 */
export function createKeptAnswer<Answer>(
  make: () => Promise<Answer>,
  keptMs: number,
  now: () => number = () => performance.now(),
): () => Promise<Answer> {
  const flight = createSingleFlight<Answer>();
  let kept: { readonly answer: Answer; readonly untilMs: number } | undefined;
  return async () => {
    if (kept !== undefined && now() < kept.untilMs) return kept.answer;
    return flight.run(async () => {
      const answer = await make();
      kept = { answer, untilMs: now() + keptMs };
      return answer;
    });
  };
}
