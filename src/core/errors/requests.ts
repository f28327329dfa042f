/** Errors of an HTTP request: path, credentials, signature, body and overload. */
import type { ErrorKind } from './error-kind.ts';

export const REQUEST_ERRORS = {
  not_found: {
    status: 404,
    retry: false,
    summary: 'This path does not exist.',
    fix: 'The public listener serves /webhook only. Set the callback URL in the Meta app to https://<host>/webhook.',
  },
  method_not_allowed: {
    status: 405,
    retry: false,
    summary: 'This path does not accept this method. The Allow header names the accepted ones.',
    fix: 'Meta sends GET for the handshake and POST for events. Any other method does not come from Meta.',
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
    summary: 'This service requires a client certificate that it accepts.',
    fix: "Switch mutual TLS on for the Meta app; other callers should not come here. Check TLS_CLIENT_CA (Meta's outbound authority, with its intermediates if the client does not send them) and TLS_CLIENT_NAME. Behind a proxy check TLS_CLIENT_HEADER and TRUSTED_PROXIES.",
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
    summary: 'The body is larger than this service accepts.',
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
    fix: 'The sender does not send valid HTTP/1.1. Meta does, so this is another caller.',
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
    summary: 'The service is overloaded. Send it again.',
    fix: 'The service holds more than MAX_IN_FLIGHT_REQUESTS, MAX_IN_FLIGHT_EVENTS or MAX_IN_FLIGHT_BYTES allow, or the store is MAX_QUEUE_MS behind. Look at the store first: a slow store fills the service.',
  },
  shutting_down: {
    status: 503,
    retry: true,
    summary: 'The service is stopping. Send it again.',
    fix: 'You need not act: the load balancer should send requests to another replica by now.',
  },
} as const satisfies Record<string, ErrorKind>;
