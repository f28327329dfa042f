import { setImmediate as nextTurn } from 'node:timers/promises';
import { prepareRequests, type RequestOrder } from './requests.ts';
import { type LoadResult, type LoadShape, runLoad } from './run-load.ts';

// The load generator's own process, so that it can be kept off the server's core. It takes one order at a time from the
// parent: first the requests, then the run, so that preparing them is not measured.
export type Order =
  | { readonly kind: 'prepare'; readonly requests: RequestOrder }
  | { readonly kind: 'run'; readonly shape: LoadShape; readonly url: string };

export type Report =
  | { readonly kind: 'prepared' }
  | { readonly kind: 'ran'; readonly result: LoadResult }
  | { readonly kind: 'failed'; readonly message: string };

let prepared: readonly Buffer[] = [];

const PIECE = 5_000;

/** Half a million take ten seconds, in which nobody would notice that the parent is gone. */
async function prepareInPieces(order: RequestOrder): Promise<Buffer[]> {
  const pieces: Buffer[][] = [];
  for (let done = 0; done < order.count; done += PIECE) {
    pieces.push(prepareRequests({ ...order, first: order.first + done, count: Math.min(PIECE, order.count - done) }));
    await nextTurn();
  }
  return pieces.flat();
}

async function carryOut(order: Order): Promise<Report> {
  if (order.kind === 'prepare') {
    prepared = [];
    prepared = await prepareInPieces(order.requests);
    return { kind: 'prepared' };
  }
  const { hostname, port } = new URL(order.url);
  return { kind: 'ran', result: await runLoad(order.shape, prepared, { host: hostname, port: Number(port) }) };
}

process.on('message', (order: Order) => {
  carryOut(order)
    .catch((error: Error): Report => ({ kind: 'failed', message: error.message }))
    .then((report) => process.send?.(report));
});
process.on('disconnect', () => process.exit());
// Ctrl-C in a terminal reaches the whole group; the parent decides when to stop.
process.on('SIGINT', () => undefined);
