import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, type KafkaConfig, logLevel } from 'kafkajs';

const PAUSE_MS = 100;

/** What a suite's own listener asks of a client: SASL, TLS. */
export type ClientSettings = Pick<KafkaConfig, 'sasl' | 'ssl'>;

/**
 * Resolves when the node answers with metadata that names a controller and these brokers as alive. An open port is
 * less than that: a node takes connections while it still waits for its quorum or for its former session to lapse.
 *
 * @param whyEnded resolves to a reason when the node's process has ended, which no waiting mends.
 */
export async function waitUntilServing(
  address: string,
  nodeIds: readonly number[],
  client: ClientSettings,
  timeoutMs: number,
  whyEnded: () => Promise<string | null>,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let last = 'no answer yet';
  while (Date.now() < deadline) {
    const ended = await whyEnded();
    if (ended !== null) throw new Error(ended);
    try {
      const { controller, brokers } = await describe(address, client);
      const alive = new Set(brokers);
      if (controller !== null && nodeIds.every((id) => alive.has(id))) return;
      last = `controller ${controller}, brokers ${[...alive].join(', ') || 'none'}`;
    } catch (error) {
      last = (error as Error).message;
    }
    await sleep(PAUSE_MS);
  }
  throw new Error(`Kafka at ${address} did not serve brokers ${nodeIds.join(', ')} within ${timeoutMs} ms: ${last}.`);
}

async function describe(address: string, client: ClientSettings) {
  const kafka = new Kafka({
    ...client,
    // A copy: kafkajs writes an authenticator that holds the password into the object it is given, and a suite's
    // `{ ...sasl, password: 'wrong' }` would then log in with the right one.
    ...(client.sasl && { sasl: { ...client.sasl } }),
    brokers: [address],
    clientId: 'hubcast-tests-probe',
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1000,
    requestTimeout: 2000,
    retry: { retries: 0 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { controller, brokers } = await admin.describeCluster();
    return { controller, brokers: brokers.map(({ nodeId }) => nodeId) };
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
