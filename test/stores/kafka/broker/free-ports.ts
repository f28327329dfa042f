import { createServer } from 'node:net';

// Below the range from which systems hand out ports by themselves: while a broker is down, no outgoing connection
// (not even a reconnecting client's own) can sit on the port that it has to come back on.
const LOWEST = 12_000;
const HIGHEST = 28_000;

/** Ports on which nothing listens now. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
