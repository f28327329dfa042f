// Loaded into a server before its own code (--import), in each of its threads: counts which functions ran, with V8's precise coverage.
// Plain JavaScript, as a TypeScript file would load the type stripper into the process that is measured.

import { Session } from 'node:inspector';
import { BroadcastChannel, isMainThread, threadId } from 'node:worker_threads';

const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });

const channel = new BroadcastChannel('coverage');
channel.unref();

/** The functions that ran since the last call, as `file:offset name`. In-process, V8 answers before `post` returns. */
function take() {
  let taken = [];
  session.post('Profiler.takePreciseCoverage', (error, answer) => {
    if (error) throw new Error(error.message);
    taken = answer.result.flatMap(({ url, functions }) =>
      functions
        .filter(
          ({ functionName, ranges }) => ranges[0].count > 0 && !(functionName === '' && ranges[0].startOffset === 0),
        )
        .map(({ functionName, ranges }) => ({
          url,
          name: functionName,
          offset: ranges[0].startOffset,
          main: isMainThread,
        })),
    );
  });
  return taken;
}

if (isMainThread && process.send) {
  const threads = new Set();
  let answers = [];
  let missing = new Set();
  channel.onmessage = ({ data }) => {
    if (data.kind === 'here') threads.add(data.thread);
    if (data.kind !== 'taken' || !missing.delete(data.thread)) return;
    answers.push(...data.taken);
    if (missing.size === 0) process.send({ touched: answers });
  };
  process.on('message', (order) => {
    if (order !== 'coverage-take') return;
    answers = take();
    missing = new Set(threads);
    if (missing.size === 0) process.send({ touched: answers });
    channel.postMessage({ kind: 'take' });
  });
  // The channel must not keep a server alive that has ended its work.
  process.channel?.unref();
} else if (!isMainThread) {
  channel.onmessage = ({ data }) => {
    if (data.kind === 'take') channel.postMessage({ kind: 'taken', thread: threadId, taken: take() });
  };
  channel.postMessage({ kind: 'here', thread: threadId });
}
