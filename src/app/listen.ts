/** A listener of the settings: the time-outs that both have, and what is said of an address that cannot be taken. */
import type { Settings } from '../config/settings.ts';
import { HubcastError } from '../core/errors.ts';
import { type Listener, type ListenerOptions, listen } from '../http/server/listener.ts';

type Given = Omit<
  ListenerOptions,
  'host' | 'port' | 'headersTimeoutMs' | 'requestTimeoutMs' | 'keepAliveTimeoutMs' | 'maxConnections'
>;

/** @throws HubcastError `configuration_invalid`; other ports do not help where the host is wrong */
export async function listenOn(which: 'public' | 'internal', settings: Settings, given: Given): Promise<Listener> {
  const [setting, host, port] =
    which === 'public'
      ? ['HOST', settings.HOST, settings.PORT]
      : ['INTERNAL_HOST', settings.INTERNAL_HOST, settings.INTERNAL_PORT];
  try {
    return await listen({
      ...given,
      host,
      port,
      headersTimeoutMs: settings.HEADERS_TIMEOUT_MS,
      requestTimeoutMs: settings.REQUEST_TIMEOUT_MS,
      keepAliveTimeoutMs: settings.KEEP_ALIVE_TIMEOUT_MS,
      maxConnections: settings.MAX_CONNECTIONS,
    });
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
    const reason = code === undefined ? undefined : HOST_PROBLEMS[code];
    if (reason === undefined) throw error;
    const hint = 'Use an address of this machine, 0.0.0.0 for all of them, or 127.0.0.1 for local callers only.';
    throw new HubcastError('configuration_invalid', `${setting}=${host} ${reason} (${code}). ${hint}`, {
      cause: error,
    });
  }
}

const HOST_PROBLEMS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'cannot be resolved to an address',
  EAI_AGAIN: 'cannot be resolved to an address now',
  EADDRNOTAVAIL: 'is not an address of this machine',
  EINVAL: 'is not an address that can be listened on',
};
