/**
 * Follows /events/stream. EventSource cannot send a token, so the stream is read by hand:
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
import { ask, Refused } from './api.ts';

export interface StreamListener {
  /** @param json text of the stored record, every digit as Meta sent it */
  readonly onEvent: (json: string) => void;
  /** Called with each connection and each cut. */
  readonly onState: (connected: boolean) => void;
}

const RETRY_MS = 2000;

/**
 * Connects anew after each cut, until `signal` says stop.
 *
 * @throws Refused for anything but 503
 */
export async function followEvents(
  query: string,
  signal: AbortSignal,
  { onEvent, onState }: StreamListener,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const response = await ask(`/events/stream?${query}`, { signal });
      onState(true);
      await readStream(response, onEvent);
    } catch (error) {
      if (error instanceof Refused && error.status !== 503) throw error;
    }
    if (signal.aborted) return;
    onState(false);
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

async function readStream(response: Response, onEvent: StreamListener['onEvent']): Promise<void> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) return;
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = block.split('\n').find((line) => line.startsWith('data: '));
      if (data !== undefined) onEvent(data.slice('data: '.length));
    }
  }
}
