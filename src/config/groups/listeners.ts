/** Settings of the public and the internal listener: addresses, TLS, limits. */
import { API_TOKENS_FORM, apiTokens } from '../api-tokens.ts';
import { LONGEST_TIMER_MS, MIB, oneOf, setting, settingGroup, text, wholeNumber } from '../kinds.ts';
import { networkList } from '../networks.ts';

export const listenerSettings = settingGroup('Listeners', {
  HOST: setting(text().default('0.0.0.0'), 'Address of the public listener, which only Meta has to reach'),
  PORT: setting(wholeNumber(0, 65_535).default(8080), 'Port of the public listener; 0 takes a free one'),
  TLS_CERT: setting(
    text().optional(),
    'PEM of the certificate of the public listener, with its intermediates. Without it a proxy must end TLS',
    { file: true },
  ),
  TLS_KEY: setting(text().optional(), 'PEM of the private key of TLS_CERT', { secret: true }),
  TLS_CLIENT_CERTIFICATES: setting(
    oneOf(['off', 'require']).default('off'),
    "require: only senders with Meta's client certificate (mutual TLS, to be switched on for the Meta app)",
  ),
  TLS_CLIENT_CA: setting(
    text().optional(),
    "PEM of the authority of client certificates: Meta's outbound one, and no public one",
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
    'Header in which a proxy of TRUSTED_PROXIES passes on the subject of a client certificate it verified, and which it removes from what senders send',
  ),
  TRUSTED_PROXIES: setting(networkList().optional(), 'Proxies whose TLS_CLIENT_HEADER is believed', {
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
    'Bytes of request bodies that arrive or wait for the store at once. Beyond it bodies that stand still are cut, else the new one gets 503',
  ),
  MAX_IN_FLIGHT_REQUESTS: setting(
    wholeNumber(1).default(500),
    'POSTs whose body arrived whole and that wait for the store at once; beyond it 503, before new ones are read',
  ),
  MAX_IN_FLIGHT_EVENTS: setting(
    wholeNumber(1).default(20_000),
    'Events that wait for the store at once; beyond it 503. One request alone may have more',
  ),
  MAX_QUEUE_MS: setting(
    wholeNumber(10, 60_000).default(2_000),
    'While a request waits longer than this for the store, new ones get 503 before they are read',
  ),
  MAX_CONNECTIONS: setting(
    wholeNumber(10).default(10_000),
    'Open connections of a listener. Beyond it idle ones are closed for new ones, then those whose only request stands still, else the new one',
  ),
  HEADERS_TIMEOUT_MS: setting(
    wholeNumber(100, LONGEST_TIMER_MS).default(10_000),
    'A request whose headers take longer is cut',
  ),
  REQUEST_TIMEOUT_MS: setting(
    wholeNumber(100, LONGEST_TIMER_MS).default(30_000),
    'A request that takes longer to arrive is cut',
  ),
  KEEP_ALIVE_TIMEOUT_MS: setting(
    wholeNumber(0, LONGEST_TIMER_MS).default(65_000),
    'Idle connections are closed after this; longer than the balancer in front',
  ),
});
