/** A TCP proxy that can be made to cut, to go silent and to dawdle, between hubcast and a broker. */
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../src/sdk/testing/seeded-random.ts';

/** What happens to bytes: `deaf` drops what the client sends, `mute` what the broker answers; nobody is told. `closed` takes no connection. */
export type Weather = 'clear' | 'deaf' | 'mute' | 'silent' | 'slow' | 'closed';

export interface TcpProxy {
  /** `host:port` */
  readonly address: string;
  readonly turn: (weather: Weather) => void;
  /** Ends every connection at once, with a reset. */
  readonly cut: () => void;
  readonly close: () => Promise<void>;
}

const SLOW_PIECE_BYTES = 4096;

/** @param target asked for each connection */
export async function startTcpProxy(target: string, random: Random): Promise<TcpProxy> {
  const [host = '', port = ''] = target.split(':');
  const pairs = new Set<readonly [Socket, Socket]>();
  let weather: Weather = 'clear';

  const server = createServer((client) => {
    if (weather === 'closed') {
      client.resetAndDestroy();
      return;
    }
    const broker = connect({ host, port: Number(port), noDelay: true });
    client.setNoDelay();
    const pair = [client, broker] as const;
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      client.destroy();
      broker.destroy();
    };
    for (const socket of pair) {
      socket.on('error', end);
      // Half-open means that neither side hears of the other's end.
      socket.on('close', () => (weather === 'silent' ? pairs.delete(pair) : end()));
    }
    carry(client, broker, () => weather === 'deaf' || weather === 'silent');
    carry(broker, client, () => weather === 'mute' || weather === 'silent');
  });

  function carry(from: Socket, to: Socket, drops: () => boolean): void {
    let carried: Promise<void> = Promise.resolve();
    let dead = false;
    from.on('data', (bytes: Buffer) => {
      // A stream with a hole in it would be no stream: this way stays silent for good, as on a half-open connection.
      dead ||= drops();
      if (dead) return;
      if (weather !== 'slow') {
        carried = carried.then(() => void to.write(bytes));
        return;
      }
      for (let at = 0; at < bytes.length; at += SLOW_PIECE_BYTES) {
        carried = carried.then(async () => {
          if (weather === 'slow') await sleep(5 + 60 * random());
          dead ||= drops();
          if (!dead) to.write(bytes.subarray(at, at + SLOW_PIECE_BYTES));
        });
      }
    });
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: ownPort } = server.address() as { port: number };
  const cut = () => {
    for (const [client, broker] of pairs) {
      client.resetAndDestroy();
      broker.resetAndDestroy();
    }
    pairs.clear();
  };
  return {
    address: `127.0.0.1:${ownPort}`,
    turn(next) {
      weather = next;
    },
    cut,
    close() {
      weather = 'clear';
      cut();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
