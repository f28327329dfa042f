/** The Meta app itself: its webhook subscription, and the data of its token. */
import { type StandInAnswer, StandInError, SUCCESS } from './graph-replies.ts';

export interface StandInApp {
  readonly id: string;
  readonly secret: string;
  readonly subscription?: StandInSubscription | null;
  /** Members of the answer to `debug_token` that are not as usual. */
  readonly token?: Readonly<Record<string, unknown>>;
  /** Fields that this app may not subscribe to: the whole call fails, as Graph does it. */
  readonly unavailableFields?: readonly string[];
}

export interface StandInSubscription {
  readonly callback_url: string;
  readonly active?: boolean;
  readonly fields: readonly { readonly name: string; readonly version: string }[];
}

export interface AppState {
  readonly app: StandInApp;
  subscription: StandInSubscription | null;
}

const OBJECT = 'whatsapp_business_account';

/** https://developers.facebook.com/docs/graph-api/reference/debug_token */
export function describeToken(
  { app }: AppState,
  { valid, expiresAt }: { readonly valid: boolean; readonly expiresAt: number },
): StandInAnswer {
  const data = valid
    ? {
        app_id: app.id,
        type: 'SYSTEM_USER',
        application: 'Stand-in app',
        is_valid: true,
        expires_at: expiresAt,
        data_access_expires_at: 0,
        scopes: ['whatsapp_business_management', 'whatsapp_business_messaging'],
        ...app.token,
      }
    : { is_valid: false, error: { code: 190, message: 'The session has been invalidated.' }, scopes: [] };
  return { status: 200, body: { data } };
}

export function readSubscriptions({ subscription }: AppState): StandInAnswer {
  const data = subscription === null ? [] : [{ object: OBJECT, active: true, ...subscription }];
  return { status: 200, body: { data } };
}

interface SubscribeOptions {
  readonly version: string;
  readonly challenge: string;
  readonly fetch: typeof globalThis.fetch;
}

/** The field list is replaced; the callback URL has to answer the handshake first. */
export async function writeSubscription(
  state: AppState,
  parameters: Readonly<Record<string, unknown>>,
  { version, challenge, fetch }: SubscribeOptions,
): Promise<StandInAnswer> {
  const { object, callback_url: callbackUrl, verify_token: verifyToken, fields } = parameters;
  if (object !== OBJECT || typeof callbackUrl !== 'string' || typeof verifyToken !== 'string') {
    throw new StandInError(100, 'Invalid parameter', { details: 'object, callback_url or verify_token is not valid.' });
  }
  const names = String(fields ?? '').split(',');
  const refused = names.find((name) => state.app.unavailableFields?.includes(name) || !/^[a-z_]+$/.test(name));
  if (refused !== undefined) throw new StandInError(100, `Invalid field ${refused}`);
  await verifyCallback(callbackUrl, { verifyToken, challenge, fetch });
  state.subscription = { callback_url: callbackUrl, active: true, fields: names.map((name) => ({ name, version })) };
  return SUCCESS;
}

async function verifyCallback(
  url: string,
  given: { readonly verifyToken: string; readonly challenge: string; readonly fetch: typeof globalThis.fetch },
): Promise<void> {
  const { verifyToken, challenge, fetch } = given;
  const asked = new URL(url);
  asked.search = new URLSearchParams({
    'hub.mode': 'subscribe',
    'hub.verify_token': verifyToken,
    'hub.challenge': challenge,
  }).toString();
  const answer = await fetch(asked, { redirect: 'manual' }).then(
    async (response) => ({ status: response.status, body: await response.text() }),
    () => null,
  );
  if (answer?.status === 200 && answer.body === challenge) return;
  throw new StandInError(2200, `Callback verification failed (HTTP status ${answer?.status ?? 'none'})`);
}
