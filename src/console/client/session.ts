/** What all views share: readiness, the figures of the last hour, the log-in, and how a refusal is told. */

import type { TemplateResult } from 'lit-html';
import { ask, askJson, hasToken, Refused, setToken } from './api.ts';
import { createRedraw } from './dom.ts';
import type { Place } from './places.ts';
import type { HistoryAnswer, ReadinessShape } from './shapes.ts';

export type Loaded<Answer> = { readonly answer: Answer } | { readonly failure: string } | null;

export interface Session {
  readonly readiness: () => ReadinessShape | null;
  readonly history: () => HistoryAnswer | null;
  /** Why the figures cannot be shown, as for a token without the scope. */
  readonly refusal: () => string;
  readonly loginNeeded: () => boolean;
  readonly loginFailure: () => string;
  readonly logIn: (token: string) => Promise<void>;
  readonly refresh: () => Promise<void>;
  readonly load: <Answer>(question: () => Promise<Answer>) => Promise<Loaded<Answer>>;
  /** A refusal for want of a token leads to the form; anything else is shown where it happened. */
  readonly wordsOf: (error: unknown) => string;
  readonly redraw: () => void;
}

/** One view of the page. */
export interface View {
  /** Called with each address of the view. */
  readonly enter: (place: Place) => void;
  readonly leave?: () => void;
  readonly body: () => TemplateResult;
  /** Called after each drawing. */
  readonly drawn?: () => void;
  /** Of the document; absent: the view's own name. */
  readonly title?: () => string;
  /** What has the focus after a change of address within the view: null leaves it where it is. */
  readonly focusAfter?: (before: Place, now: Place) => string | null;
}

/** @param what needs a token */
export function noTokens(what: string): string {
  return `${what} needs a token, and the service has none: set API_TOKENS (see "hubcast token --help"), then log in.`;
}

export function createSession(draw: () => void): Session {
  const redraw = createRedraw(draw);
  let readiness: ReadinessShape | null = null;
  let history: HistoryAnswer | null = null;
  let refusal = '';
  let loginNeeded = false;
  let loginFailure = '';

  function wordsOf(error: unknown): string {
    if (!(error instanceof Refused)) return 'The service does not answer.';
    if (error.status !== 401) return error.message;
    if (history?.api_tokens === false) return noTokens('This');
    loginFailure = hasToken() ? 'This token is not accepted.' : '';
    setToken(null);
    loginNeeded = true;
    redraw();
    return error.message;
  }

  async function refresh(): Promise<void> {
    try {
      readiness = (await (await ask('/ready')).json()) as ReadinessShape;
      history = await askJson<HistoryAnswer>('/console/history');
      refusal = '';
    } catch (error) {
      if (error instanceof Refused) refusal = wordsOf(error);
      else readiness = { status: 'not_ready', reason: wordsOf(error) };
    }
    redraw();
  }

  return {
    readiness: () => readiness,
    history: () => history,
    refusal: () => refusal,
    loginNeeded: () => loginNeeded,
    loginFailure: () => loginFailure,
    async logIn(token) {
      setToken(token);
      loginNeeded = false;
      loginFailure = '';
      await refresh();
    },
    refresh,
    async load(question) {
      try {
        return { answer: await question() };
      } catch (error) {
        return { failure: wordsOf(error) };
      }
    },
    wordsOf,
    redraw,
  };
}
