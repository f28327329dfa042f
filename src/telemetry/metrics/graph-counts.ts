import type { ErrorCode } from '../../core/errors.ts';

/** Calls to Graph by method and outcome, `ok` or the code of the error. */
export interface GraphCounts {
  readonly calls: ReadonlyMap<string, { readonly method: string; readonly outcome: string; readonly count: number }>;
  readonly noteCall: (method: 'GET' | 'POST', failure: ErrorCode | null) => void;
}

export function createGraphCounts(): GraphCounts {
  const calls = new Map<string, { method: string; outcome: string; count: number }>();
  return {
    calls,
    noteCall(method, failure) {
      const outcome = failure ?? 'ok';
      const known = calls.get(`${method} ${outcome}`);
      if (known === undefined) calls.set(`${method} ${outcome}`, { method, outcome, count: 1 });
      else known.count += 1;
    },
  };
}
