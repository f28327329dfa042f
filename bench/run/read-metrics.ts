import { setTimeout as sleep } from 'node:timers/promises';

/** The service keeps the text of /metrics for a second. */
const KEPT_MS = 1_050;

/** The text of /metrics as it is now. */
export async function readMetrics(internalUrl: string): Promise<string> {
  await sleep(KEPT_MS);
  return await (await fetch(`${internalUrl}/metrics`)).text();
}
