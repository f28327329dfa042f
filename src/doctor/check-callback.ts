/** The callback URL as Meta meets it: certificate, handshake, a signed POST. */
import { isIP } from 'node:net';
import { isLoopback } from '../config/conflicts.ts';
import type { MetaApp } from '../config/meta-apps.ts';
import { messageOf } from '../core/errors.ts';
import { LARGEST_WEBHOOK_BYTES } from './check-settings.ts';
import type { Notes } from './notes.ts';
import { checkPayload } from './test-post.ts';

export interface CertificateFacts {
  /** OpenSSL's code, null when it is valid for the host. */
  readonly problem: string | null;
  readonly validToMs: number;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** The outside world. Each throws where no answer comes. */
export interface CallbackEffects {
  readonly certificate: (url: URL) => Promise<CertificateFacts>;
  readonly handshake: (
    url: string,
    given: { readonly verifyToken: string; readonly challenge: string },
  ) => Promise<Answer>;
  readonly post: (url: string, payload: object, secret: string) => Promise<Answer>;
  /** Text that cannot be guessed. */
  readonly randomText: () => string;
}

export interface CallbackCheck {
  readonly app: MetaApp;
  readonly url: string;
  readonly effects: CallbackEffects;
  /** True: senders need a client certificate, which doctor does not have. */
  readonly needsCertificate: boolean;
  /** Whether a test webhook is sent after the handshake, and a body as large as Meta's largest. */
  readonly post: {
    /** Of hubcast itself, as far as these settings tell. */
    readonly maxBodyBytes: number;
  } | null;
  readonly nowMs: number;
  readonly notes: Notes;
  readonly of: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const CERTIFICATE_NOTICE_MS = 14 * DAY_MS;

export async function checkCallback(check: CallbackCheck): Promise<void> {
  const { effects, of, nowMs, notes, needsCertificate } = check;
  const url = new URL(check.url);
  const steps = [`${of}handshake`, `${of}test POST`, `${of}body of 3 MB`];
  const skipAll = (reason: string) => {
    for (const step of steps) notes.skip(step, reason);
  };
  if (isPrivate(url.hostname)) notes.find('callback_not_public', `${of}${url.host} is not reachable from outside.`);
  if (url.protocol !== 'https:') {
    notes.find('callback_not_https', `${of}${check.url} is not an https URL.`);
    if (!isLoopback(url.hostname)) return skipAll('the verify token would go over the net in the clear');
  } else {
    notes.begin(`${of}certificate of ${url.host}`);
    try {
      const { problem, validToMs } = await effects.certificate(url);
      if (problem !== null) {
        notes.find('certificate_invalid', `${of}The certificate of ${url.host} is not valid: ${problem}.`);
        return skipAll('the certificate is not valid');
      }
      if (validToMs - nowMs < CERTIFICATE_NOTICE_MS) {
        const end = new Date(validToMs).toISOString();
        notes.find('certificate_expires_soon', `${of}The certificate of ${url.host} expires at ${end}.`);
      }
    } catch (error) {
      notes.find('callback_unreachable', `${of}${url.host} cannot be reached: ${causeOf(error)}.`);
      return skipAll('the callback URL cannot be reached');
    }
  }
  if (needsCertificate) return skipAll("TLS_CLIENT_CERTIFICATES=require: only Meta's certificate is let in");
  try {
    if (!(await checkHandshake(check))) {
      for (const step of steps.slice(1)) notes.skip(step, 'the handshake failed');
      return;
    }
    if (check.post === null) return;
    if (check.app.secrets.length === 0) for (const step of steps.slice(1)) notes.skip(step, 'no App Secret is set');
    else if (await checkPost(check)) await checkBodyLimit(check, check.post.maxBodyBytes);
    else notes.skip(`${of}body of 3 MB`, 'the test POST was refused');
  } catch (error) {
    notes.find('callback_unreachable', `${of}${url.host} cannot be reached: ${causeOf(error)}.`);
    for (const step of steps.slice(1)) notes.skip(step, 'the callback URL cannot be reached');
  }
}

async function checkHandshake({ app, url, effects, notes, of }: CallbackCheck): Promise<boolean> {
  notes.begin(`${of}handshake`);
  const challenge = effects.randomText();
  const { status, body } = await effects.handshake(url, { verifyToken: app.verifyToken, challenge });
  if (status === 200 && body === challenge) return true;
  const what = `${of}The handshake at ${url} is answered with ${status}`;
  if (status === 200) notes.find('handshake_altered', `${what} and something else than the challenge.`);
  else if (errorCodeIn(body) === 'verification_refused') notes.find('handshake_refused', `${what}, by hubcast.`);
  else if (status >= 300 && status < 400) notes.find('handshake_redirected', `${what}, a redirect.`);
  else if (status === 404 || status === 405) notes.find('handshake_not_found', `${what}.`);
  else if (status >= 500) notes.find('handshake_failed', `${what}.`);
  else notes.find('handshake_blocked', `${what}, and not by hubcast.`);
  return false;
}

/** @returns whether it was stored */
async function checkPost({ app, url, effects, nowMs, notes, of }: CallbackCheck): Promise<boolean> {
  const [secret] = app.secrets;
  if (secret === undefined) throw new Error('The settings have no App Secret.');
  notes.begin(`${of}test POST`);
  const { status, body } = await effects.post(url, checkPayload('hubcast doctor', effects.randomText(), nowMs), secret);
  if (status === 200) return true;
  const code = errorCodeIn(body);
  const what = `${of}A signed test POST to ${url} is answered with ${status}${code === null ? ', and not by hubcast' : ` (${code})`}.`;
  if (code?.startsWith('signature_') === true) notes.find('post_signature_refused', what);
  else if (status === 503 && code !== null) notes.find('post_not_stored', what);
  else notes.find('post_refused', what);
  return false;
}

/** A body of Meta's largest size with a wrong signature: whoever lets it through to hubcast gets its 401. */
async function checkBodyLimit({ url, effects, notes, of }: CallbackCheck, maxBodyBytes: number): Promise<void> {
  const step = `${of}body of 3 MB`;
  if (maxBodyBytes < LARGEST_WEBHOOK_BYTES) return notes.skip(step, 'MAX_BODY_BYTES is smaller');
  notes.begin(step);
  const padding = 'x'.repeat(LARGEST_WEBHOOK_BYTES - '{"padding":""}'.length);
  const answer = await effects.post(url, { padding }, effects.randomText()).catch((error: unknown) => causeOf(error));
  if (typeof answer === 'string') {
    return notes.find('body_limit_in_front', `${of}A POST of 3 MB to ${url} gets no answer: ${answer}.`);
  }
  const code = errorCodeIn(answer.body);
  const what = `${of}A POST of 3 MB with a wrong signature to ${url} is answered with ${answer.status}`;
  if (code?.startsWith('signature_') === true) return;
  if (code === 'body_too_large') notes.find('body_limit_small', `${what}, by hubcast.`);
  else if (answer.status === 200) notes.find('wrong_signature_answered', `${what}.`);
  else notes.find('body_limit_in_front', code === null ? `${what}, and not by hubcast.` : `${what} (${code}).`);
}

/** hubcast's own errors have a code. */
function errorCodeIn(body: string): string | null {
  try {
    const { error } = JSON.parse(body) as { error?: { code?: unknown } };
    return typeof error?.code === 'string' && /^[a-z_]{1,64}$/.test(error.code) ? error.code : null;
  } catch {
    return null;
  }
}

/** Names are taken for public: what they resolve to here may differ from what Meta sees. */
function isPrivate(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  if (isLoopback(bare) || /\.(local|internal|localhost)$/.test(bare)) return true;
  if (isIP(bare) === 4) return /^(10|192\.168|169\.254|172\.(1[6-9]|2\d|3[01])|0)\./.test(bare);
  return isIP(bare) === 6 && /^(f[cd]|fe[89ab])/i.test(bare);
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const { code, name } = cause as { code?: unknown; name?: unknown };
  if (name === 'TimeoutError') return 'no answer in time';
  return typeof code === 'string' ? code : messageOf(cause);
}
