/** The service's own routes, asked with the token of the login form, if one was needed. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
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

export async function askJson<Answer>(path: string, init?: RequestInit): Promise<Answer> {
  return (await (await ask(path, init)).json()) as Answer;
}

async function reasonOf(response: Response): Promise<string> {
  try {
    const { error } = (await response.json()) as { readonly error?: { readonly message?: string } };
    return error?.message ?? `Status ${response.status}.`;
  } catch {
    return `Status ${response.status}.`;
  }
}

export interface StreamedEvent {
  readonly id: string;
  readonly type: string;
  /** Text of the stored record, every digit as Meta sent it. */
  readonly json: string;
}

/**
 * Follows /events/stream until `signal` says stop, and comes back when the connection ends. EventSource cannot send a token, so
 * the stream is read by hand: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export async function followEvents(
  signal: AbortSignal,
  onEvent: (event: StreamedEvent) => void,
  onState: (connected: boolean) => void,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const response = await ask('/events/stream', { signal });
      onState(true);
      await readStream(response, onEvent);
    } catch (error) {
      if (error instanceof Refused && error.status !== 503) throw error;
    }
    onState(false);
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

const RETRY_MS = 2000;

async function readStream(response: Response, onEvent: (event: StreamedEvent) => void): Promise<void> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) return;
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = readBlock(block);
      if (event !== null) onEvent(event);
    }
  }
}

function readBlock(block: string): StreamedEvent | null {
  const members = new Map(
    block.split('\n').map((line) => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)] as const;
    }),
  );
  const json = members.get('data');
  if (json === undefined) return null;
  return { id: members.get('id') ?? '', type: members.get('event') ?? '', json };
}
