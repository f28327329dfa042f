/** The thread that owns the journal's file: a slow disk stops it, and never the event loop. */
import { parentPort, workerData } from 'node:worker_threads';
import { isHubcastError, messageOf } from '../../core/errors.ts';
import type { Answers, Call, Failure, Reply, RequestKind, Requests, WorkerSettings } from './messages.ts';
import { openWriter, type Writer } from './writer.ts';

const port = parentPort;
if (port === null) throw new Error('worker.ts runs as a worker thread of openJournal, not by itself.');
const send = (reply: Reply, memory: ArrayBuffer[] = []): void => port.postMessage(reply, memory);

try {
  const writer = openWriter(workerData as WorkerSettings);
  port.on('message', ({ number, request }: Call) => {
    try {
      const result = answer(writer, request);
      send({ number, answer: result }, result !== null && 'memory' in result ? [result.memory] : []);
    } catch (error) {
      send({ number, failure: toFailure(error) });
    }
    if (request.kind === 'close') port.close();
    else writer.checkpointIfDue();
  });
  send({ number: 0, answer: null, migrated: writer.migrated });
} catch (error) {
  send({ number: 0, failure: toFailure(error) });
  port.close();
}

function answer(writer: Writer, request: Requests[RequestKind]): Answers[RequestKind] {
  switch (request.kind) {
    case 'write':
      return writer.write(request);
    case 'expire':
      return writer.expire(request);
    case 'take':
      return writer.take(request);
    case 'advance':
      return writer.advance(request);
    case 'backlog':
      return writer.backlog();
    case 'unpark':
      return writer.unpark();
    case 'probe':
      return writer.probe(request);
    case 'close':
      writer.close();
      return null;
  }
}

function toFailure(error: unknown): Failure {
  return { code: isHubcastError(error) ? error.code : 'internal', message: messageOf(error) };
}
