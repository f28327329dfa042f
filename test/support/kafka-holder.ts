// Lives in jest's own process and starts the run's one shared broker when the first suite asks for it, so that a run
// of unit tests waits for nothing. Suites run in other processes and ask over HTTP (kafka.ts).
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Broker, startBroker } from '../stores/kafka/broker/start.ts';

// Nobody kills this one, and a busy machine must not make its controller believe that it is gone.
const PATIENT = { 'broker.session.timeout.ms': 9000 };

let server: Server | undefined;
let starting: Promise<Broker> | undefined;

/** @returns the URL that gives `{ brokers }`, or 500 and the reason. */
export async function openKafkaHolder(): Promise<string> {
  const opened = createServer((_request, response) => {
    starting ??= startBroker({ properties: PATIENT });
    starting.then(
      ({ brokers }) => response.end(JSON.stringify({ brokers })),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  });
  await new Promise<void>((resolve) => opened.listen(0, '127.0.0.1', resolve));
  opened.unref();
  server = opened;
  return `http://127.0.0.1:${(opened.address() as AddressInfo).port}/`;
}

export async function closeKafkaHolder(): Promise<void> {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
  const broker = await starting?.catch(() => undefined);
  starting = undefined;
  await broker?.close();
}
