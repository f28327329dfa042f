// Loaded into a server before its own code (--import): tells the benchmark how much JavaScript memory its main thread allocated. Plain
// JavaScript, as a TypeScript file would load the type stripper into the process that is measured.

import { GCProfiler, getHeapStatistics } from 'node:v8';
import { isMainThread } from 'node:worker_threads';

if (isMainThread && process.send) {
  let profiler;
  let usedAtStart = 0;
  process.on('message', (order) => {
    if (order === 'heap-start') {
      usedAtStart = getHeapStatistics().used_heap_size;
      profiler = new GCProfiler();
      profiler.start();
    } else if (order === 'heap-stop' && profiler !== undefined) {
      const { statistics } = profiler.stop();
      profiler = undefined;
      process.send({ allocatedBytes: allocated(usedAtStart, statistics, getHeapStatistics().used_heap_size) });
    }
  });
  // The channel must not keep a server alive that has ended its work.
  process.channel?.unref();
}

/** What was added between two collections is the second one's start less the first one's end. */
function allocated(usedAtStart, collections, usedAtEnd) {
  let bytes = 0;
  let used = usedAtStart;
  for (const { beforeGC, afterGC } of collections) {
    bytes += Math.max(0, beforeGC.heapStatistics.usedHeapSize - used);
    used = afterGC.heapStatistics.usedHeapSize;
  }
  return bytes + Math.max(0, usedAtEnd - used);
}
