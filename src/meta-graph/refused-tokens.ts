/** The access tokens that Meta refuses now, by Meta app. Logs the first refusal and the next success. */
import { ERRORS } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';

export interface RefusedTokens {
  /** @param problem null when a call with the app's token succeeded */
  readonly note: (app: string, problem: string | null) => void;
  readonly isRefused: (app: string) => boolean;
  readonly problems: () => ReadonlyMap<string, string>;
}

export function createRefusedTokens(log: Logger): RefusedTokens {
  const problems = new Map<string, string>();
  return {
    note(app, problem) {
      const before = problems.get(app);
      if (problem === null) {
        if (before !== undefined) log.info({ app }, 'Meta accepts the access token again');
        problems.delete(app);
        return;
      }
      if (before === undefined) {
        const { fix } = ERRORS.graph_token_invalid;
        log.error({ app, diagnosis: problem, fix }, 'Meta refuses the access token; webhooks are not affected');
      }
      problems.set(app, problem);
    },
    isRefused: (app) => problems.has(app),
    problems: () => problems,
  };
}
