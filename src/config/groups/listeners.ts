/** Settings of the public and the internal listener: addresses, TLS, limits. */
import { API_TOKENS_FORM, apiTokens } from '../api-tokens.ts';
import { LONGEST_TIMER_MS, MIB, oneOf, setting, settingGroup, text, wholeNumber } from '../kinds.ts';
import { networkList } from '../networks.ts';

export const listenerSettings = settingGroup('Listeners', {
  HOST: setting(text().default('0.0.0.0'), 'Address of the public listener, which only Meta has to reach'),
  PORT: setting(wholeNumber(0, 65_535).default(8080), 'Port of the public listener; 0 takes a free one'),
  TLS_CERT: setting(
    text().optional(),
    'PEM of the certificate of the public listener, with its intermediates. Without it a proxy must terminate TLS',
    { file: true },
  ),
  TLS_KEY: setting(text().optional(), 'PEM of the private key of TLS_CERT', { secret: true }),
  TLS_CLIENT_CERTIFICATES: setting(
    oneOf(['off', 'require']).default('off'),
    "require: accept only requests with Meta's client certificate (mutual TLS, which you switch on for the Meta app)",
  ),
  TLS_CLIENT_CA: setting(
    text().optional(),
    "PEM of the authority of client certificates: Meta's outbound authority, never a public one",
    { file: true },
  ),
  TLS_CLIENT_NAME: setting(
    text().default('client.webhooks.fbclientcerts.com'),
    'The common name, or a DNS name, that the client certificate must have',
  ),
  TLS_CLIENT_HEADER: setting(
    text()
      .regex(/^[A-Za-z0-9-]+$/, 'is not the name of a header')
      .optional(),
    'Header with the subject of the client certificate that a proxy of TRUSTED_PROXIES verified. The proxy must remove this header from incoming requests',
  ),
  TRUSTED_PROXIES: setting(networkList().optional(), 'Proxies whose TLS_CLIENT_HEADER hubcast trusts', {
    form: 'address or network, ...',
  }),
  INTERNAL_HOST: setting(
    text().default('127.0.0.1'),
    'Address of the internal listener; needs API_TOKENS when it is not loopback',
  ),
  INTERNAL_PORT: setting(wholeNumber(0, 65_535).default(8081), 'Port of the internal listener; 0 takes a free one'),
  API_TOKENS: setting(apiTokens().optional(), 'Who may use the internal listener, and for what', {
    secret: true,
    form: API_TOKENS_FORM,
  }),
  MAX_BODY_BYTES: setting(
    wholeNumber(1024, 64 * MIB).default(3 * MIB),
    'Larger request bodies get 413; Meta sends up to 3 MB',
  ),
  MAX_IN_FLIGHT_BYTES: setting(
    wholeNumber(MIB).default(64 * MIB),
    'Bytes of request bodies that may arrive or wait for the store at once. Beyond it hubcast cuts a stalled body, or answers the new one with 503',
  ),
  MAX_IN_FLIGHT_REQUESTS: setting(
    wholeNumber(1).default(500),
    'Number of POSTs with a whole body that may wait for the store at once. Beyond it requests get 503, before their body is read or once it has arrived',
  ),
  MAX_IN_FLIGHT_EVENTS: setting(
    wholeNumber(1).default(20_000),
    'Number of events that may wait for the store at once. Beyond it requests get 503. A single request may have more',
  ),
  MAX_QUEUE_MS: setting(
    wholeNumber(10, 60_000).default(2_000),
    'While a request waits longer than this for the store, new ones get 503 before their body is read',
  ),
  MAX_CONNECTIONS: setting(
    wholeNumber(10).default(10_000),
    'Open connections of a listener. Beyond it hubcast closes an idle connection for a new one, else one with a stalled request, else the new one',
  ),
  HEADERS_TIMEOUT_MS: setting(
    wholeNumber(100, LONGEST_TIMER_MS).default(10_000),
    'hubcast cuts a request whose headers take longer',
  ),
  REQUEST_TIMEOUT_MS: setting(
    wholeNumber(100, LONGEST_TIMER_MS).default(30_000),
    'hubcast cuts a request that takes longer to arrive',
  ),
  KEEP_ALIVE_TIMEOUT_MS: setting(
    wholeNumber(0, LONGEST_TIMER_MS).default(65_000),
    'hubcast closes idle connections after this time. Set it longer than that of the load balancer in front',
  ),
});
