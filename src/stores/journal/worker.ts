/** The thread that owns the journal's file: a slow disk stops it, and never the event loop. */
import { parentPort, workerData } from 'node:worker_threads';
import { isHubcastError, messageOf } from '../../core/errors.ts';
import type { Call, CallAnswer, CallName, Failure, JournalCalls, Reply, WorkerSettings } from './messages.ts';
import { openWriter, type Writer } from './writer.ts';

const port = parentPort;
if (port === null) throw new Error('worker.ts runs as a worker thread of openJournal, not by itself.');
const send = (reply: Reply, memory: ArrayBuffer[] = []): void => port.postMessage(reply, memory);

try {
  const writer = openWriter(workerData as WorkerSettings);
  port.on('message', ({ number, name, argument }: Call) => {
    try {
      const answer = (writer[name] as (given: typeof argument) => CallAnswer<CallName>)(argument);
      send({ number, answer }, isWritten(name, answer) ? [answer.memory] : []);
    } catch (error) {
      send({ number, failure: toFailure(error, writer) });
    }
    if (name === 'close') port.close();
    else writer.tidy();
  });
  send({ number: 0, answer: null });
} catch (error) {
  send({ number: 0, failure: toFailure(error) });
  port.close();
}

function isWritten(name: CallName, _answer: CallAnswer<CallName>): _answer is ReturnType<JournalCalls['write']> {
  return name === 'write';
}

function toFailure(error: unknown, writer?: Writer): Failure {
  return {
    code: isHubcastError(error) ? error.code : 'internal',
    message: messageOf(error),
    lasting: writer?.isLost() ?? false,
  };
}
