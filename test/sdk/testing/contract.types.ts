/** What tests may write with the kit, pinned; type-checked here and in an empty project that has the package installed. */
import { decodeEvent } from 'hubcast-events';
import {
  allSamples,
  batchOf,
  type FieldName,
  fakeMeta,
  type GraphStandIn,
  NEW_NUMBER,
  recordsOf,
  replayCapture,
  samplesOf,
  sendTo,
  signedRequest,
  signPayload,
  startGraphStandIn,
} from 'hubcast-events/testing';

export async function use(url: string): Promise<string> {
  const [sample] = samplesOf('messages');
  const field: FieldName = allSamples()[0]?.field ?? sample.field;
  // @ts-expect-error no such field
  samplesOf('message');
  // @ts-expect-error no such field
  batchOf(3, 'message');
  await fetch(url, signedRequest(sample.payload, 'secret'));
  const offsets: string[] = recordsOf(sample.payload, { partitions: 6 }).map(({ offset }) => offset);
  const types: string[] = recordsOf({ object: 'whatsapp_business_account', entry: [] }).map(
    (one) => decodeEvent(one).type,
  );
  // @ts-expect-error the secret is needed
  signPayload(sample.payload);
  for await (const record of replayCapture('capture.jsonl', { partitions: 6, onBadLine: (line: number) => line })) {
    offsets.push(record.offset, decodeEvent(record).type);
  }
  // @ts-expect-error records come one after the other
  replayCapture('capture.jsonl').length;
  const { status }: { status: number } = await sendTo(url, batchOf(1000), { secret: 'secret' });
  // @ts-expect-error the verify token is needed: the handshake comes first
  fakeMeta({ url, secret: 'secret' });
  const { givenUp } = await fakeMeta({ url, secret: 'secret', verifyToken: 'token', seed: 1 }).deliver([
    sample.payload,
  ]);
  return `${field} ${offsets.length} ${types.length} ${status} ${givenUp[0]?.answer?.status}`;
}

export async function manage(): Promise<string | null> {
  const number = { ...NEW_NUMBER, id: '106540352242922', display_phone_number: '+1 631-555-5555' };
  const graph: GraphStandIn = await startGraphStandIn({ accounts: [{ id: '102290129340398', numbers: [number] }] });
  graph.script({ path: /register$/, status: 400, body: { error: { code: 133005 } } });
  // @ts-expect-error a number has an id
  graph.add('102290129340398', { display_phone_number: '+49 1512 3456789' });
  const paths: string[] = graph.calls.map(({ method, path }) => `${method} ${path}`);
  await graph.close();
  return paths.length === 0 ? graph.codeSentTo(number.id) : null;
}
