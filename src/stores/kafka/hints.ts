/** Hints for the operator about errors of a broker or of the connection to it, by Kafka's error type or OpenSSL's code. */
const LOG_IN =
  'Check KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD (or the token), and that the user exists on the cluster.';
const AUTHORITY = "Set KAFKA_TLS_CA_FILE to the PEM of the brokers' authority.";
const NO_TLS = 'That port does not speak TLS: name the TLS port in KAFKA_BROKERS, or set KAFKA_TLS=off.';

const FIXES = new Map<unknown, string>(
  Object.entries({
    SASL_AUTHENTICATION_FAILED: LOG_IN,
    KafkaJSSASLAuthenticationError: LOG_IN,
    UNSUPPORTED_SASL_MECHANISM: 'The cluster does not offer this KAFKA_SASL_MECHANISM on that port.',
    ILLEGAL_SASL_STATE:
      'That port expects no log-in: name another port in KAFKA_BROKERS, or remove KAFKA_SASL_MECHANISM.',
    TOPIC_AUTHORIZATION_FAILED:
      'Give the user of hubcast the rights Describe and Write on its topics, and Create where it makes them: kafka-acls --add --allow-principal User:<name> --operation Describe --operation Write --operation Create --resource-pattern-type prefixed --topic <TOPIC_PREFIX>.',
    CLUSTER_AUTHORIZATION_FAILED:
      'Give the user of hubcast the right Create on its topics, or make them and set KAFKA_CREATE_TOPICS=off.',
    INCONSISTENT_GROUP_PROTOCOL:
      "Another program is a member of the group of the numbers' leader (hubcast-numbers.<state topic>): give it a group of its own.",
    INVALID_TIMESTAMP:
      'Set the clock of this machine: a record may be ahead of the brokers by message.timestamp.after.max.ms (an hour) at most. Or a record waited longer than the message.timestamp.before.max.ms of its topic.',
    REQUEST_TIMED_OUT: 'The in-sync replicas did not confirm in time: a broker that holds one is slow or away.',
    CERT_HAS_EXPIRED: "The broker's certificate has expired: renew it on the brokers.",
    CERT_NOT_YET_VALID: "The broker's certificate is not valid yet: check the clocks of both machines.",
    DEPTH_ZERO_SELF_SIGNED_CERT: AUTHORITY,
    SELF_SIGNED_CERT_IN_CHAIN: AUTHORITY,
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: AUTHORITY,
    UNABLE_TO_GET_ISSUER_CERT: AUTHORITY,
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: AUTHORITY,
    ERR_TLS_CERT_ALTNAME_INVALID:
      'Name the brokers in KAFKA_BROKERS, and in their advertised.listeners, as their certificates do.',
    ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
    ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
  }),
);

/** TLS alerts with which a broker rejects our client certificate. */
const ALERT = /^ERR_SSL_.*ALERT_.*(CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE|ACCESS_DENIED)/;
const OUR_CERTIFICATE =
  'The broker refuses our client certificate, or misses it: check that KAFKA_TLS_CERT has not expired, and that its authority is in the truststore of the brokers.';

export function hintFor(name: unknown): string | undefined {
  if (typeof name === 'string' && ALERT.test(name)) return OUR_CERTIFICATE;
  return FIXES.get(name);
}
