/** The app's subscription to an account, and the override of its callback URL. */
import { notFound, type StandInAnswer, StandInError, SUCCESS } from './graph-replies.ts';
import { refusal } from './refusals.ts';
import { numbersOf, type State } from './state.ts';

const MAX_URL_LENGTH = 200;

/** The verify token is never shown; the override only where there is one. */
export function listSubscriptions(state: State, accountId: string): StandInAnswer {
  if (!state.accounts.has(accountId)) throw notFound(accountId, 'GET');
  const url = state.overrides.get(accountId);
  const override = url === undefined ? {} : { override_callback_uri: url };
  const { appId: id } = state;
  const app = { id, link: `https://www.facebook.com/games/?app_id=${id}`, name: 'Stand-in app' };
  const data = state.subscribed.has(accountId) ? [{ whatsapp_business_api_data: app, ...override }] : [];
  return { status: 200, body: { data } };
}

/** A call without a body removes an override. */
export function subscribe(
  state: State,
  accountId: string,
  parameters: Readonly<Record<string, unknown>>,
): StandInAnswer {
  if (!state.accounts.has(accountId)) throw notFound(accountId, 'POST');
  const { override_callback_uri: url, verify_token: token } = parameters;
  if (url === undefined || url === '') state.overrides.delete(accountId);
  else if (typeof url !== 'string' || url.length > MAX_URL_LENGTH || typeof token !== 'string' || token === '') {
    throw new StandInError(100, 'Invalid parameter', {
      details: 'override_callback_uri or verify_token is not valid.',
    });
  } else if (!state.subscribed.has(accountId)) throw refusal('not_subscribed');
  else state.overrides.set(accountId, url);
  state.subscribed.add(accountId);
  for (const { members } of numbersOf(state, accountId)) {
    const { whatsapp_business_account: _, ...others } = members.webhook_configuration as Record<string, unknown>;
    const override = state.overrides.get(accountId);
    members.webhook_configuration =
      override === undefined ? others : { ...others, whatsapp_business_account: override };
  }
  return SUCCESS;
}
