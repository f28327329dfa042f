/** The Meta app: its secret, the webhook subscription, the access token. */
import type { MetaApp } from '../config/meta-apps.ts';
import type { Family } from '../fields/families.ts';
import { allEvents } from '../fields/registry.ts';
import type { AppCalls, Subscription, TokenFacts } from '../meta-graph/app-calls.ts';
import { endOfVersion, FIRST_WITH_LIMITS, versionNumber } from '../meta-graph/versions.ts';
import { askGraph, type GraphState } from './ask-graph.ts';
import { VERSION_NOTICE_MS } from './check-settings.ts';
import type { Notes } from './notes.ts';

export interface AppCheck {
  readonly app: MetaApp;
  readonly calls: AppCalls;
  readonly families: readonly Family[];
  /** As it should be; null where it was not given. */
  readonly callbackUrl: string | null;
  readonly nowMs: number;
  readonly state: GraphState;
  readonly notes: Notes;
  /** Before a text about this app. */
  readonly of: string;
}

export interface AppFound {
  /** Null where there is none, undefined where that is not known. */
  readonly subscription: Subscription | null | undefined;
  /** False: Meta said so. */
  readonly credentials: boolean;
  readonly tokenValid: boolean;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const TOKEN_NOTICE_MS = 14 * DAY_MS;
const MANAGEMENT = 'whatsapp_business_management';
const MESSAGING = 'whatsapp_business_messaging';
/** Meta's code for an app id that is of no app. */
const NO_SUCH_APP = 101;

export async function checkApp(check: AppCheck): Promise<AppFound> {
  const { app, notes, of } = check;
  if (app.appId === null) {
    notes.find('app_id_missing', `${of}META_APP_ID is not set.`);
    notes.skip(`${of}app subscription`, 'META_APP_ID is not set');
    if (app.accessToken !== null) notes.skip(`${of}access token`, 'META_APP_ID is not set');
    return { subscription: undefined, credentials: true, tokenValid: true };
  }
  const { found, credentials } = await checkSubscription(check, app.appId);
  if (app.accessToken === null) return { subscription: found, credentials, tokenValid: true };
  if (!credentials) {
    notes.skip(`${of}access token`, 'Meta does not accept app id and App Secret, with which it would be asked');
    return { subscription: undefined, credentials, tokenValid: true };
  }
  return { subscription: found, credentials, tokenValid: await checkToken(check, app.appId, app.accessToken) };
}

async function checkSubscription(check: AppCheck, appId: string) {
  const { calls, notes, of, state } = check;
  notes.begin(`${of}app subscription`);
  let credentials = true;
  const found = await askGraph(
    { notes, state, check: `${of}app subscription` },
    () => calls.subscription(appId),
    (error) => {
      const refused = error.code === 'graph_token_invalid' || error.failure?.code === NO_SUCH_APP;
      if (refused || error.code === 'not_found') {
        credentials = false;
        notes.find('app_credentials_refused', `${of}Meta does not accept app id ${appId} with this App Secret.`);
        notes.skip(`${of}app subscription`, 'Meta does not accept app id and App Secret, with which it would be asked');
      } else notes.find('graph_refused', `${of}${error.message}`);
    },
  );
  if (found === null) notes.find('subscription_missing', `${of}App ${appId} has no webhook subscription for WhatsApp.`);
  else if (found !== undefined) judgeSubscription(found, check);
  return { found, credentials };
}

function judgeSubscription(found: Subscription, { callbackUrl, families, nowMs, notes, of }: AppCheck): void {
  if (found.active === false) notes.find('subscription_inactive', `${of}The webhook subscription is not active.`);
  if (callbackUrl !== null && found.callback_url !== callbackUrl) {
    const there = found.callback_url ?? 'none';
    notes.find('callback_differs', `${of}The callback URL at Meta is ${there}, not ${callbackUrl}.`);
  }
  const names = new Set(found.fields.map(({ name }) => name));
  const { documented, undocumented } = wantedFields(families);
  const missing = documented.filter((name) => !names.has(name));
  if (missing.length > 0) notes.find('fields_missing', `${of}Not subscribed: ${missing.join(', ')}.`);
  const others = undocumented.filter((name) => !names.has(name));
  if (others.length > 0) notes.find('fields_undocumented', `${of}Not subscribed: ${others.join(', ')}.`);
  const ending = found.fields.filter(({ version }) => {
    const endMs = version === undefined ? null : endOfVersion(version);
    return endMs !== null && endMs - nowMs < VERSION_NOTICE_MS;
  });
  if (ending.length > 0) {
    const listed = ending.map(({ name, version }) => `${name} (${version})`).join(', ');
    notes.find(
      'field_version_ending',
      `${of}Subscribed in a version that has ended or ends within 90 days: ${listed}.`,
    );
  }
  const old = found.fields.find(
    ({ name, version = '' }) =>
      name === FIELD_WITH_LIMITS && (versionNumber(version) ?? FIRST_WITH_LIMITS) < FIRST_WITH_LIMITS,
  );
  if (old !== undefined) notes.find('field_version_old', `${of}${old.name} is subscribed in ${old.version}.`);
}

const FIELD_WITH_LIMITS = 'business_capability_update';

/** Fields whose events are kept. */
export function wantedFields(families: readonly Family[]) {
  const wanted = allEvents().filter(({ family }) => families.includes(family));
  const namesOf = (events: typeof wanted) => [...new Set(events.map(({ field }) => field.name))];
  return {
    documented: namesOf(wanted.filter(({ field }) => field.unsure !== true)),
    undocumented: namesOf(wanted.filter(({ field }) => field.unsure === true)),
  };
}

/** @returns false when Meta says that it is not valid */
async function checkToken(check: AppCheck, appId: string, token: string): Promise<boolean> {
  const { calls, notes, of, state } = check;
  notes.begin(`${of}access token`);
  const facts = await askGraph(
    { notes, state, check: `${of}access token` },
    () => calls.debugToken(token),
    (error) => notes.find('graph_refused', `${of}${error.message}`),
  );
  if (facts === undefined) return true;
  if (!facts.is_valid) {
    const why = facts.error?.message === undefined ? '' : ` Meta says: ${facts.error.message}`;
    notes.find('token_invalid', `${of}The access token is not valid.${why}`);
    return false;
  }
  judgeToken(facts, appId, check);
  return true;
}

function judgeToken(facts: TokenFacts, appId: string, { app, families, nowMs, notes, of }: AppCheck): void {
  if (facts.app_id !== undefined && facts.app_id !== appId) {
    notes.find('token_of_another_app', `${of}The access token was made for app ${facts.app_id}, not for ${appId}.`);
  }
  const { scopes, granular_scopes: granular = [] } = facts;
  if (scopes !== undefined && !scopes.includes(MANAGEMENT)) {
    notes.find('token_scope_missing', `${of}The access token lacks ${MANAGEMENT}.`);
  }
  if (scopes !== undefined && !scopes.includes(MESSAGING) && families.includes('messages')) {
    notes.find('token_messaging_missing', `${of}The access token lacks ${MESSAGING}.`);
  }
  const targets = granular.find(({ scope }) => scope === MANAGEMENT)?.target_ids;
  const outside = targets === undefined ? [] : app.accounts.filter((id) => !targets.includes(id));
  if (outside.length > 0) {
    notes.find('token_account_not_granted', `${of}The access token does not cover account ${outside.join(', ')}.`);
  }
  for (const [seconds, what] of [
    [facts.expires_at, 'The access token expires'],
    [facts.data_access_expires_at, "The access token's access to data ends"],
  ] as const) {
    if (seconds === undefined || seconds === 0 || seconds * 1000 - nowMs > TOKEN_NOTICE_MS) continue;
    notes.find('token_expires_soon', `${of}${what} at ${new Date(seconds * 1000).toISOString()}.`);
  }
}
