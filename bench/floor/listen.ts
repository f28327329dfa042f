import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';

/** Starts a floor server as the service is started: PORT from the environment, one ready line on stdout, SIGTERM ends it. */
export async function listenAsService(server: Server): Promise<void> {
  server.listen(Number(process.env.PORT ?? 0), '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ level: 'info', msg: 'ready', public: `http://127.0.0.1:${port}` })}\n`);
}

/** The secret a floor server verifies with. */
export function appSecret(): string {
  const secret = process.env.META_APP_SECRET;
  if (!secret) throw new Error('META_APP_SECRET is not set; the floor servers verify signatures and need it.');
  return secret;
}
