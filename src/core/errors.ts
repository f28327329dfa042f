/**
 * Every error hubcast reports, in one table: what an HTTP caller gets, whether sending the same again can help, and
 * what the operator can do. Code decides by `code`, never by message text.
 */
interface ErrorKind {
  /** HTTP status, where the error reaches an HTTP caller. */
  readonly status: number;
  /** The same request may succeed later without anybody mending anything. */
  readonly retry: boolean;
  /** What the caller is told. Never reflects input. */
  readonly summary: string;
  /** What the operator can do; goes to the log and to `hubcast describe errors`. */
  readonly fix: string;
}

export const ERRORS = {
  not_found: {
    status: 404,
    retry: false,
    summary: 'There is nothing here.',
    fix: 'The public listener serves /webhook only. Set the callback URL in the Meta app to https://<host>/webhook.',
  },
  method_not_allowed: {
    status: 405,
    retry: false,
    summary: 'This path does not take this method. The Allow header names those it takes.',
    fix: 'On the public listener Meta sends GET for the handshake and POST for events; anything else is not Meta.',
  },
  verification_refused: {
    status: 403,
    retry: false,
    summary: 'The verification request is refused.',
    fix: 'Enter the value of META_VERIFY_TOKEN as "Verify token" in the Meta app (WhatsApp > Configuration).',
  },
  client_certificate_refused: {
    status: 403,
    retry: false,
    summary: 'A client certificate is needed that this service knows.',
    fix: "Only Meta should call here, and only with mutual TLS switched on for the Meta app. Check TLS_CLIENT_CA (Meta's outbound authority, with its intermediates where they do not come along) and TLS_CLIENT_NAME; behind a proxy, TLS_CLIENT_HEADER and TRUSTED_PROXIES.",
  },
  signature_missing: {
    status: 401,
    retry: false,
    summary: 'The request is not signed.',
    fix: 'Requests from Meta carry X-Hub-Signature-256. Check that no proxy removes it.',
  },
  signature_malformed: {
    status: 401,
    retry: false,
    summary: 'The signature has the wrong form.',
    fix: 'X-Hub-Signature-256 is "sha256=" and 64 hex digits. Check that no proxy rewrites it.',
  },
  signature_mismatch: {
    status: 401,
    retry: false,
    summary: 'The signature does not match the body.',
    fix: 'Check that META_APP_SECRET is the App Secret of this app (App settings > Basic), not a token, and that no proxy rewrites the body.',
  },
  body_too_large: {
    status: 413,
    retry: false,
    summary: 'The body is larger than this service takes.',
    fix: "Meta sends up to 3 MB. MAX_BODY_BYTES is below that, or the sender isn't Meta.",
  },
  body_incomplete: {
    status: 400,
    retry: true,
    summary: 'The body ended before its declared length.',
    fix: 'The connection broke, or a proxy in front cuts bodies or connections short.',
  },
  malformed_request: {
    status: 400,
    retry: false,
    summary: 'This is not a valid HTTP request.',
    fix: 'The sender does not speak HTTP/1.1 as Node understands it. Meta does.',
  },
  unauthorized: {
    status: 401,
    retry: false,
    summary: 'A token is needed.',
    fix: 'Send "Authorization: Bearer <token>" with a token of API_TOKENS.',
  },
  forbidden: {
    status: 403,
    retry: false,
    summary: 'This request is not allowed.',
    fix: 'The token lacks the scope, or a web page of another origin called the internal listener.',
  },
  overloaded: {
    status: 503,
    retry: true,
    summary: 'Too much is under way. Send it again.',
    fix: 'More is being received or stored than MAX_IN_FLIGHT_REQUESTS, MAX_IN_FLIGHT_EVENTS or MAX_IN_FLIGHT_BYTES allow, or the store is MAX_QUEUE_MS behind. Look at the store first: a slow store fills the service.',
  },
  shutting_down: {
    status: 503,
    retry: true,
    summary: 'The service is stopping. Send it again.',
    fix: 'Nothing to do: the load balancer should send requests to another replica by now.',
  },
  store_unavailable: {
    status: 503,
    retry: true,
    summary: 'The event store cannot take the events now. Send them again.',
    fix: 'See the cause in the log: Kafka unreachable, a topic missing, or the disk of DATA_DIR failing.',
  },
  write_timed_out: {
    status: 503,
    retry: true,
    summary: 'The event store did not answer in time. Send it again.',
    fix: 'The store is slower than WRITE_TIMEOUT_MS. Check broker or disk latency.',
  },
  store_full: {
    status: 503,
    retry: true,
    summary: 'The event store is full. Send it again later.',
    fix: 'Free space on the disk of DATA_DIR, raise JOURNAL_MAX_BYTES, or lower JOURNAL_RETENTION_HOURS.',
  },
  record_refused: {
    status: 503,
    retry: false,
    summary: 'The event store refuses a record for good.',
    fix: 'The topic takes smaller records than Meta sends: set its max.message.bytes to twice MAX_BODY_BYTES.',
  },
  store_locked: {
    status: 503,
    retry: false,
    summary: 'Another process owns this data folder.',
    fix: 'One hubcast writes to a DATA_DIR. Stop the other one, or give this one its own folder.',
  },
  store_not_readable: {
    status: 501,
    retry: false,
    summary: 'The events of this store cannot be read here.',
    fix: 'Read them where the store puts them, or use a store that can be read: Kafka or the journal.',
  },
  store_incompatible: {
    status: 503,
    retry: false,
    summary: 'The data folder was written by another version.',
    fix: 'Start the version of hubcast that wrote it, or a newer one.',
  },
  configuration_invalid: {
    status: 500,
    retry: false,
    summary: 'The configuration is not valid.',
    fix: 'Correct the settings named above. "hubcast describe settings" lists all of them.',
  },
  invalid_phone_number: {
    status: 400,
    retry: false,
    summary:
      'This is not a phone number. Give 5 to 15 digits with the country code, written in any usual way: +1 (631) 555-1234, 16315551234.',
    fix: 'Look up numbers by /phone-numbers/by-number/<number>, and ids by /phone-numbers/<id>.',
  },
  invalid_phone_number_id: {
    status: 400,
    retry: false,
    summary: 'This is not a phone number id. An id is 1 to 20 digits, as Meta shows it in WhatsApp > API Setup.',
    fix: 'For a number as people write it use /phone-numbers/by-number/<number>.',
  },
  invalid_query: {
    status: 400,
    retry: false,
    summary: 'A query parameter is unknown, given twice, or has a value this path does not take.',
    fix: '/openapi.json lists the parameters of each path, and their values.',
  },
  phone_number_not_found: {
    status: 404,
    retry: false,
    summary:
      'No phone number of your own accounts matches, or the access token may not see it. (Whether a person uses WhatsApp cannot be looked up: there is no such API.)',
    fix: 'Check WABA_IDS, and that the system user of META_ACCESS_TOKEN has the account as an asset. Meta answers alike for what does not exist and what may not be seen.',
  },
  account_not_found: {
    status: 404,
    retry: false,
    summary:
      'This WhatsApp Business Account is not one of WABA_IDS, does not exist, or the access token may not see it.',
    fix: 'Check WABA_IDS (ids of accounts, not of phone numbers or portfolios), and that the system user of META_ACCESS_TOKEN has the account as an asset.',
  },
  invalid_value: {
    status: 400,
    retry: false,
    summary: 'The body is not JSON.',
    fix: 'Send the repaired value alone, as JSON: what the dead letter has in data.value, put right.',
  },
  dead_letter_not_found: {
    status: 404,
    retry: false,
    summary: 'No dead letter with this id is stored. GET /dead-letters lists them.',
    fix: 'Dead letters go when their topic lets go of them (14 days in topics made here, JOURNAL_RETENTION_HOURS in the journal). "hubcast dead-letters list" shows those there are.',
  },
  schema_not_found: {
    status: 404,
    retry: false,
    summary: 'There is no event type of this name and version. GET /schemas lists all of them.',
    fix: 'dataschema urn:hubcast:<type>:<version> stands at /schemas/<type>/<version>. A newer hubcast may know it.',
  },
  graph_not_configured: {
    status: 503,
    retry: false,
    summary: 'Phone numbers cannot be looked up here: this service has no access to the Graph API.',
    fix: 'Set META_ACCESS_TOKEN (a system user token with whatsapp_business_management) and WABA_IDS, and have "numbers" in ROLES.',
  },
  graph_token_invalid: {
    status: 502,
    retry: false,
    summary: 'Meta refuses the access token.',
    fix: 'META_ACCESS_TOKEN has expired or was revoked. Make a new system user token (Business settings > System users) and set it; META_ACCESS_TOKEN_FILE is read again without a restart.',
  },
  graph_permission_missing: {
    status: 502,
    retry: false,
    summary: 'The access token lacks a permission for this.',
    fix: 'Give the system user of META_ACCESS_TOKEN the permission whatsapp_business_management and the account as an asset. Error 200 to 299 and 10 of Meta mean this.',
  },
  graph_throttled: {
    status: 503,
    retry: true,
    summary:
      "Meta's limit of calls for this account is nearly or fully used up. Ask again after the time in Retry-After.",
    fix: 'Meta counts reads per app and account in a moving hour: 5,000 for an active account, else 200. Other programs with the same app use the same count. Raise PHONE_NUMBERS_TTL_SECONDS, and ask less often with fresh=true.',
  },
  graph_unavailable: {
    status: 502,
    retry: true,
    summary: 'The Graph API cannot be reached, or is out of order.',
    fix: 'Check the way out to META_GRAPH_URL (proxy, DNS, firewall) and https://metastatus.com. Known numbers are answered from memory meanwhile.',
  },
  graph_refused: {
    status: 502,
    retry: false,
    summary: 'The Graph API refused the call.',
    fix: 'See Meta\'s code in the log and at https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes. With "Invalid appsecret_proof": META_APP_SECRET belongs to another app than META_ACCESS_TOKEN.',
  },
  invalid_body: {
    status: 400,
    retry: false,
    summary: 'The body is not what this operation takes. details name the member and what it takes.',
    fix: 'Send a JSON object with the members that /openapi.json names for this path, or see the command with --help.',
  },
  management_off: {
    status: 403,
    retry: false,
    summary: 'Managing phone numbers is switched off here.',
    fix: 'Set MANAGEMENT=on where numbers may be registered, deregistered and changed.',
  },
  operation_refused: {
    status: 422,
    retry: false,
    summary: 'Meta refuses this operation. details tell why, what to do, and how long to wait.',
    fix: 'Meta counts tries of PINs, codes and registrations: read "hubcast describe refusals" before trying again.',
  },
  operation_unknown: {
    status: 502,
    retry: false,
    summary: 'No answer came from Meta: it is not known whether the operation was carried out.',
    fix: 'Look at the number before trying again ("hubcast numbers registration <id>"): writes are never repeated by themselves, because Meta counts them.',
  },
  service_unreachable: {
    status: 502,
    retry: true,
    summary: 'The service cannot be reached.',
    fix: 'Is "hubcast serve" running there? It logs its address with "ready". Name another place with --url.',
  },
  usage: {
    status: 400,
    retry: false,
    summary: 'The command was not understood.',
    fix: 'See "hubcast <command> --help".',
  },
  internal: {
    status: 500,
    retry: true,
    summary: 'Something went wrong here.',
    fix: 'A fault in hubcast. The log has the stack; please report it.',
  },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;

export interface HubcastErrorOptions extends ErrorOptions {
  /** When the same may be tried again; becomes `Retry-After`. */
  readonly retryAfterMs?: number | undefined;
  /** Traces of the cause that a caller may see, such as Meta's code and trace id. Never input, never secrets. */
  readonly details?: Readonly<Record<string, string | number>> | undefined;
  /** Where the table's fix does not fit the cause. */
  readonly fix?: string | undefined;
}

/**
 * An error of the table above. `message` is the diagnosis: what came, what was expected. The fix comes from the table, unless the cause has one
 * of its own.
 */
export class HubcastError extends Error {
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;
  readonly details: Readonly<Record<string, string | number>> | undefined;
  readonly #fix: string | undefined;

  constructor(code: ErrorCode, message: string, options: HubcastErrorOptions = {}) {
    // Where it was thrown is told for faults of ours only, and a stack costs a tenth of a refusal.
    const { stackTraceLimit } = Error;
    if (code !== 'internal') Error.stackTraceLimit = 0;
    super(message, options);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'HubcastError';
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
    this.details = options.details;
    this.#fix = options.fix;
  }

  get kind(): ErrorKind {
    const kind: ErrorKind = ERRORS[this.code];
    return this.#fix === undefined ? kind : { ...kind, fix: this.#fix };
  }
}

export function isHubcastError(error: unknown): error is HubcastError {
  return error instanceof HubcastError;
}

/** Text of anything thrown. jest's core errors fail `instanceof Error`, so the shape decides. */
export function messageOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
  return String(error);
}
