import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

/**
 * kafkajs sets a timer after every response, even if its queue is empty. The delay is then negative, which makes Node 24
 * print TimeoutNegativeWarning. An empty queue needs no timer: adding a request sets one.
 * https://github.com/tulios/kafkajs/issues/1751
 */
const schedule = RequestQueue.prototype.scheduleCheckPendingRequests;

RequestQueue.prototype.scheduleCheckPendingRequests = function scheduleWhenWaiting(this: RequestQueue): void {
  if (this.pending.length > 0) schedule.call(this);
};
