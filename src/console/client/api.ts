/** The service's own routes, asked with the token of the login form, if one was needed. */
export class Refused extends Error {
  readonly status: number;
  /** Of the table of errors, where the service gave one. */
  readonly code: string;

  constructor(status: number, { code, words }: Reason) {
    super(words);
    this.status = status;
    this.code = code;
  }
}

interface Reason {
  readonly code: string;
  readonly words: string;
}

const TOKEN_ITEM = 'hubcast-token';

/** Kept for this tab alone, never in a URL. */
export function setToken(token: string | null): void {
  if (token === null) sessionStorage.removeItem(TOKEN_ITEM);
  else sessionStorage.setItem(TOKEN_ITEM, token);
}

export function hasToken(): boolean {
  return sessionStorage.getItem(TOKEN_ITEM) !== null;
}

export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const token = sessionStorage.getItem(TOKEN_ITEM);
  const headers = { Accept: 'application/json', ...(token === null ? {} : { Authorization: `Bearer ${token}` }) };
  const response = await fetch(path, { ...init, headers, cache: 'no-store', credentials: 'omit' });
  if (response.ok || (path === '/ready' && response.status === 503)) return response;
  throw new Refused(response.status, await reasonOf(response));
}

const MOST_TRIES = 5;
const BUSY_MS = 1000;

/** For questions about stored events, of which the service answers a few at a time. */
export async function askInTurn(path: string, init: RequestInit = {}): Promise<Response> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask(path, init);
    } catch (error) {
      const isBusy = error instanceof Refused && error.code === 'overloaded';
      if (!isBusy || tries === MOST_TRIES || init.signal?.aborted) throw error;
      await new Promise((resolve) => setTimeout(resolve, BUSY_MS));
    }
  }
}

export async function askJson<Answer>(path: string, init?: RequestInit): Promise<Answer> {
  return (await (await ask(path, init)).json()) as Answer;
}

interface ErrorAnswer {
  readonly error?: {
    readonly code?: string;
    readonly message?: string;
    readonly details?: { readonly missing_scope?: string; readonly only_app?: string };
  };
}

async function reasonOf(response: Response): Promise<Reason> {
  try {
    const { error } = (await response.json()) as ErrorAnswer;
    const { code = '', message = `Status ${response.status}.`, details } = error ?? {};
    return { code, words: [message, ...detailWords(details)].join(' ') };
  } catch {
    return { code: '', words: `Status ${response.status}.` };
  }
}

function detailWords({
  missing_scope: scope,
  only_app: app,
}: NonNullable<ErrorAnswer['error']>['details'] = {}): string[] {
  if (scope !== undefined) return [`The token lacks the scope ${scope}.`];
  return app === undefined ? [] : [`The token is for the app "${app}" alone, and this is about all apps.`];
}
