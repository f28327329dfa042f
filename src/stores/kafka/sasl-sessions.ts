import Connection from 'kafkajs/src/network/connection.js';

const LONGEST_MS = 10_000;
const SHARE_OF_SESSION = 1 / 4;

/**
 * kafkajs logs in again 10 s before a session ends (connections.max.reauth.ms, or the life of a token). With sessions of
 * 5 s before every request, which Kafka refuses with ILLEGAL_SASL_STATE when less than a second has passed. This uses a
 * quarter of the session if sessions are short.
 */
Object.defineProperty(Connection.prototype, 'reauthenticationThreshold', {
  get(this: Connection): number {
    return Math.min(LONGEST_MS, Math.floor(Number(this.sessionLifetime) * SHARE_OF_SESSION));
  },
  // The constructor sets it.
  set: () => undefined,
});
