/** What calling the callback URL tells: the way from Meta to hubcast. */
import type { FindingKind } from '../../stores/store-notes.ts';
import { LOST } from './texts.ts';

export const CALLBACK_FINDINGS = {
  callback_not_public: {
    severity: 'error',
    why: `Meta reaches public addresses only. ${LOST}`,
    fix: 'Give the public https URL with --url, as Meta knows it.',
  },
  callback_not_https: {
    severity: 'error',
    why: 'Meta calls https URLs only.',
    fix: 'End TLS at a proxy or at hubcast (TLS_CERT, TLS_KEY), and use the https URL.',
  },
  callback_unreachable: {
    severity: 'error',
    why: `Meta most likely cannot reach it either. ${LOST}`,
    fix: 'Check DNS, firewall, proxy, and that "hubcast serve" runs. From inside a private network the public address may be out of reach though Meta reaches it.',
  },
  certificate_invalid: {
    severity: 'error',
    why: `Meta refuses certificates that are not valid, self-signed ones too. ${LOST}`,
    fix: 'Use a certificate of a public authority for this host, sent with its intermediates.',
  },
  certificate_expires_soon: {
    severity: 'warning',
    why: 'After that date Meta no longer connects.',
    fix: 'Renew the certificate, and see why that did not happen by itself.',
  },
  handshake_refused: {
    severity: 'error',
    why: 'Meta accepts the callback URL only after this answer.',
    fix: 'The running service has another META_VERIFY_TOKEN than doctor. Use the same settings for both.',
  },
  handshake_redirected: {
    severity: 'error',
    why: 'Meta takes a redirect for a refusal.',
    fix: 'Give Meta the URL that is redirected to, or have the proxy pass the path on without a redirect.',
  },
  handshake_blocked: {
    severity: 'error',
    why: 'A system in front of hubcast answers in its place, so Meta does not reach hubcast.',
    fix: 'Let the proxy, firewall or CDN pass GET and POST of the webhook path without a login, a bot check or a challenge.',
  },
  handshake_not_found: {
    severity: 'error',
    why: 'Another path or another service answers there.',
    fix: 'The path is /webhook, or /webhook/<name> with META_APPS; check the path rules of the proxy.',
  },
  handshake_failed: {
    severity: 'error',
    why: 'The path behind the proxy is broken, so Meta does not reach hubcast.',
    fix: 'See whether hubcast is ready (/ready on the internal listener), and the log of the proxy.',
  },
  handshake_altered: {
    severity: 'error',
    why: 'Meta expects the challenge unchanged as the whole body.',
    fix: 'Another system answers in place of hubcast, or a proxy rewrites bodies. Let it pass the webhook path unchanged.',
  },
  post_refused: {
    severity: 'error',
    why: `Every webhook would be refused in the same way. ${LOST}`,
    fix: 'See the log of hubcast and of the proxy in front for this request.',
  },
  post_signature_refused: {
    severity: 'error',
    why: `Every webhook would be refused in the same way. ${LOST}`,
    fix: 'The running service has another META_APP_SECRET than doctor, or a proxy changes the body or drops X-Hub-Signature-256.',
  },
  body_limit_in_front: {
    severity: 'error',
    why: `Meta sends bodies of up to 3 MB. ${LOST}`,
    fix: 'Let the proxy in front pass bodies of 4 MB (client_max_body_size 4m; nginx.ingress.kubernetes.io/proxy-body-size: 4m), within 10 seconds.',
  },
  wrong_signature_answered: {
    severity: 'error',
    why: 'hubcast refuses a wrong signature with 401. Another system answers large bodies in its place, and what it takes is lost.',
    fix: 'Let the proxy pass POSTs of the webhook path to hubcast, whatever their size.',
  },
  post_not_stored: {
    severity: 'error',
    why: `hubcast cannot store events now. Meta repeats them for up to 7 days. ${LOST}`,
    fix: 'See /ready on the internal listener and the log: the store cannot take events.',
  },
} as const satisfies Record<string, FindingKind>;
