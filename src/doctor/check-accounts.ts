/** Each account: whether the app gets its webhooks, whether something else does, and how its numbers stand. */
import type { MetaApp } from '../config/meta-apps.ts';
import { isObject } from '../core/is-object.ts';
import type { AccountCalls, SubscribedApp } from '../meta-graph/app-calls.ts';
import { type GraphError, isGraphError } from '../meta-graph/graph-error.ts';
import type { GraphNumber } from '../meta-graph/phone-number-reads.ts';
import { askGraph, type GraphState } from './ask-graph.ts';
import type { Notes } from './notes.ts';

export interface AccountReads extends Pick<AccountCalls, 'subscribedApps'> {
  readonly numbers: (accountId: string) => Promise<readonly GraphNumber[]>;
}

export interface AccountsCheck {
  readonly app: MetaApp;
  readonly reads: AccountReads;
  /** The same without `appsecret_proof`; null where none is sent anyway. */
  readonly withoutProof: AccountReads | null;
  /** False: Meta refused app id and App Secret, which then tell nothing here. */
  readonly credentials: boolean;
  /** Where webhooks should go, null where that is not known. */
  readonly callbackUrl: string | null;
  readonly state: GraphState;
  readonly notes: Notes;
  readonly of: string;
}

const AT_ONCE = 4;

export async function checkAccounts(check: AccountsCheck): Promise<void> {
  const { app, notes, of } = check;
  const [first, ...others] = app.accounts;
  if (first === undefined) {
    notes.find('accounts_missing', `${of}No WhatsApp Business Account is named (WABA_IDS, or accounts in META_APPS).`);
    return;
  }
  // What is wrong with the token shows at the first account, and is said once.
  const stopped = await checkAccount(check, first);
  if (stopped !== null) {
    for (const id of others) notes.skip(`${of}account ${id}`, stopped);
    return;
  }
  for (let at = 0; at < others.length; at += AT_ONCE) {
    await Promise.all(others.slice(at, at + AT_ONCE).map((id) => checkAccount(check, id)));
  }
}

/** @returns why other accounts need not be asked, null where they may be */
async function checkAccount(check: AccountsCheck, accountId: string): Promise<string | null> {
  const { reads, notes, of, state } = check;
  const name = `${of}account ${accountId}`;
  notes.begin(name);
  let refusal: GraphError | undefined;
  const apps = await askGraph(
    { notes, state, check: name },
    () => reads.subscribedApps(accountId),
    (error) => {
      refusal = error;
    },
  );
  if (refusal !== undefined) return sayRefusal(check, accountId, refusal);
  if (apps === undefined) return state.down;
  judgeSubscribed(apps, accountId, check);
  const numbers = await askGraph(
    { notes, state, check: `${name}, numbers` },
    () => reads.numbers(accountId),
    (error) => notes.find('graph_refused', `${of}${error.message}`),
  );
  if (numbers !== undefined) judgeNumbers(numbers, accountId, check);
  return null;
}

async function sayRefusal(
  { credentials, notes, of, withoutProof }: AccountsCheck,
  accountId: string,
  error: GraphError,
): Promise<string | null> {
  if (error.code === 'graph_token_invalid') {
    notes.find('token_invalid', `${of}${error.message}`);
    return 'Meta does not accept the access token';
  }
  if (error.code === 'graph_permission_missing') {
    notes.find('account_permission_missing', `${of}${error.message}`);
    return null;
  }
  if (error.code === 'not_found') {
    notes.find('account_not_visible', `${of}Account ${accountId} does not exist, or the access token may not see it.`);
    return null;
  }
  if (!credentials && withoutProof !== null) {
    const why = 'Meta does not accept the App Secret, with which appsecret_proof is made';
    notes.skip(`${of}account ${accountId}`, why);
    return why;
  }
  // Meta's code says only that a parameter is wrong: the same call without the proof tells whether it is that one.
  const proofAlone =
    withoutProof !== null
      ? await withoutProof.subscribedApps(accountId).then(
          () => true,
          (other: unknown) => {
            if (!isGraphError(other)) throw other;
            return false;
          },
        )
      : false;
  if (!proofAlone) {
    notes.find('graph_refused', `${of}${error.message}`);
    return null;
  }
  notes.find(
    'proof_refused',
    `${of}Meta refuses the appsecret_proof: META_APP_SECRET is not the secret of the app the access token was made for.`,
  );
  return 'Meta refuses the appsecret_proof';
}

function judgeSubscribed(apps: readonly SubscribedApp[], accountId: string, check: AccountsCheck): void {
  const { app, callbackUrl, credentials, notes, of } = check;
  // Without the app's id, any subscribed app may be this one.
  const ourId = credentials ? app.appId : null;
  const ours = ourId === null ? apps[0] : apps.find(({ appId }) => appId === ourId);
  if (ours === undefined) {
    const which = ourId === null ? 'No app' : `App ${ourId}`;
    const others = apps.length === 0 ? '' : ` (subscribed: ${apps.map(({ appId }) => appId).join(', ')})`;
    notes.find('account_not_subscribed', `${of}${which} is not subscribed to account ${accountId}${others}.`);
    return;
  }
  if (ours.overrideUrl === null || ours.overrideUrl === callbackUrl) return;
  notes.find('account_diverted', `${of}Account ${accountId} has the override ${ours.overrideUrl}.`);
}

function judgeNumbers(numbers: readonly GraphNumber[], accountId: string, check: AccountsCheck): void {
  const { callbackUrl, notes, of } = check;
  if (numbers.length === 0) notes.find('account_empty', `${of}Account ${accountId} has no phone number.`);
  for (const number of numbers) {
    const name = `${of}Number ${number.id} (${String(number.display_phone_number ?? 'without digits')})`;
    const { webhook_configuration: webhooks, status, platform_type: platform } = number;
    const override = isObject(webhooks) ? webhooks.phone_number : undefined;
    if (typeof override === 'string' && override !== '' && override !== callbackUrl) {
      notes.find('number_diverted', `${name} has the override ${override}.`);
    }
    // Test numbers of the sandbox are DISCONNECTED by nature.
    if (number.account_mode === 'SANDBOX') continue;
    if (platform === 'NOT_APPLICABLE' && status !== 'BANNED') {
      notes.find('number_not_registered', `${name} is not registered (status ${String(status ?? 'unknown')}).`);
    } else if (typeof status === 'string' && status !== 'CONNECTED') {
      notes.find('number_not_connected', `${name} has the status ${status}.`);
    }
  }
}
