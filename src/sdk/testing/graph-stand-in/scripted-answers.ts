/** An answer out of order. What it does not say is as usual: a delay alone makes the right answer late. */
export interface ScriptedAnswer {
  /** All methods when left out. */
  readonly method?: string;
  /** Calls whose path it is for; all when left out. */
  readonly path?: RegExp;
  readonly times?: number;
  readonly delayMs?: number;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text is sent as it is (HTML, nothing, half a JSON); anything else as JSON. The call then changes nothing. */
  readonly body?: unknown;
  /** The connection is cut without an answer; what was asked is done all the same. */
  readonly hangUp?: boolean;
}

/** Answers that wait for their call; the first that matches is used. */
export function createScriptedAnswers() {
  const waiting: { readonly answer: ScriptedAnswer; left: number }[] = [];

  return {
    add(answer: ScriptedAnswer): void {
      waiting.push({ answer, left: answer.times ?? 1 });
    },
    takeFor(call: { readonly method: string; readonly path: string }): ScriptedAnswer | undefined {
      const found = waiting.find(
        ({ answer, left }) =>
          left > 0 && (answer.path ?? /^/).test(call.path) && (answer.method ?? call.method) === call.method,
      );
      if (found !== undefined) found.left -= 1;
      return found?.answer;
    },
  };
}
