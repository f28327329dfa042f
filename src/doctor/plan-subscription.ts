/** What `hubcast subscribe` would set, from what is there. Fields are only added, and nothing is ever removed. */
import type { SubscribedApp, Subscription } from '../meta-graph/app-calls.ts';

export interface AppStep {
  readonly kind: 'app';
  readonly appId: string;
  readonly callbackUrl: string;
  /** Another one that is there now, null where there is none or it stays. */
  readonly insteadOf: string | null;
  /** All that will be subscribed: what is there and what is added. */
  readonly fields: readonly string[];
  readonly added: readonly string[];
  /** Meta had switched it off. */
  readonly activated: boolean;
}

export interface AccountStep {
  readonly kind: 'account';
  readonly appId: string;
  readonly accountId: string;
}

export type SubscribeStep = AppStep | AccountStep;

export interface Wanted {
  readonly appId: string;
  readonly callbackUrl: string;
  readonly fields: readonly string[];
}

export function planApp(found: Subscription | null, { appId, callbackUrl, fields }: Wanted): readonly AppStep[] {
  const there = found?.fields.map(({ name }) => name) ?? [];
  const added = fields.filter((name) => !there.includes(name));
  const insteadOf = found?.callback_url !== undefined && found.callback_url !== callbackUrl ? found.callback_url : null;
  const activated = found?.active === false;
  const missing = found === null || found.callback_url === undefined;
  if (!missing && added.length === 0 && insteadOf === null && !activated) return [];
  return [{ kind: 'app', appId, callbackUrl, insteadOf, fields: [...there, ...added], added, activated }];
}

/** An account that has the app is left alone: subscribing again would remove its override. */
export function planAccount(apps: readonly SubscribedApp[], accountId: string, appId: string): readonly AccountStep[] {
  return apps.some((app) => app.appId === appId) ? [] : [{ kind: 'account', appId, accountId }];
}
