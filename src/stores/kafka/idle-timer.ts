import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

/**
 * kafkajs sets a timer after every response, also when nothing waits: with a delay of minus now, which makes Node 24
 * print TimeoutNegativeWarning. A queue with nothing in it needs no timer: adding to it sets one.
 * https://github.com/tulios/kafkajs/issues/1751
 */
const schedule = RequestQueue.prototype.scheduleCheckPendingRequests;

RequestQueue.prototype.scheduleCheckPendingRequests = function scheduleWhenWaiting(this: RequestQueue): void {
  if (this.pending.length > 0) schedule.call(this);
};
