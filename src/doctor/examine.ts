/** Every check, in the order in which one helps to understand the next. */
import { appsOf, type MetaApp } from '../config/meta-apps.ts';
import type { StoreSettings } from '../config/settings.ts';
import type { AppCalls } from '../meta-graph/app-calls.ts';
import type { StoreNotes } from '../stores/store-notes.ts';
import { type GraphState, NOT_REACHED } from './ask-graph.ts';
import { type AccountReads, checkAccounts } from './check-accounts.ts';
import { checkApp } from './check-app.ts';
import { type CallbackEffects, checkCallback } from './check-callback.ts';
import { checkSettings } from './check-settings.ts';
import type { Report } from './findings.ts';
import { createNotes, type Notes } from './notes.ts';

export interface GraphOfApp {
  readonly calls: AppCalls;
  /** With the access token. */
  readonly reads: AccountReads;
  readonly withoutProof: AccountReads | null;
  /** Subscribes the app to an account. */
  readonly subscribeAccount: (accountId: string) => Promise<void>;
}

export interface DoctorEffects {
  readonly graph: (app: MetaApp) => GraphOfApp;
  /** Meta's clock less ours, ms; null before Meta answered. */
  readonly clockSkewMs: () => number | null;
  readonly callback: CallbackEffects;
  readonly checkStore: (notes: StoreNotes) => Promise<void>;
  /** Wall clock, ms. */
  readonly now: () => number;
  readonly clean: (text: string) => string;
  readonly begin: (check: string) => void;
}

export interface Examination {
  readonly settings: StoreSettings;
  /** The public URL, with or without the webhook's path. Null: the one that Meta has. */
  readonly url: string | null;
  /** Nothing leaves this machine but questions to the store. */
  readonly offline: boolean;
  /** Whether the callback URL is called; the reason not to. */
  readonly probe: true | string;
}

const CLOCK_TOLERANCE_MS = 30_000;

export async function examine(examination: Examination, effects: DoctorEffects): Promise<Report> {
  const { settings, offline } = examination;
  const { notes, report } = createNotes(effects.begin, effects.clean, examination.url);
  checkSettings(settings, effects.now(), notes);
  const state: GraphState = { down: offline ? 'offline' : null };
  const apps = appsOf(settings);
  for (const app of apps) await examineApp(app, { examination, effects, notes, state, several: apps.length > 1 });
  checkClock(effects.clockSkewMs(), state, notes);
  await effects.checkStore(notes);
  return report(effects.now());
}

interface AppSurroundings {
  readonly examination: Examination;
  readonly effects: DoctorEffects;
  readonly notes: Notes;
  readonly state: GraphState;
  readonly several: boolean;
}

async function examineApp(app: MetaApp, { examination, effects, notes, state, several }: AppSurroundings) {
  const { settings, url, probe, offline } = examination;
  const named = settings.META_APPS !== undefined;
  const of = several ? `${app.name}: ` : '';
  const wanted = url === null ? null : callbackUrlOf(url, named ? app.name : null);
  const graph = effects.graph(app);
  const { subscription, credentials, tokenValid } = await checkApp({
    app,
    calls: graph.calls,
    families: settings.PUBLISH_FAMILIES,
    callbackUrl: wanted,
    nowMs: effects.now(),
    state,
    notes,
    of,
  });
  const callbackUrl = wanted ?? subscription?.callback_url ?? null;
  if (app.accessToken === null) notes.find('token_missing', `${of}META_ACCESS_TOKEN is not set.`);
  else if (!tokenValid) notes.skip(`${of}accounts`, 'the access token is not valid');
  else await checkAccounts({ app, ...graph, credentials, callbackUrl, state, notes, of });

  const callback = `${of}callback URL`;
  if (probe !== true) return notes.skip(callback, probe);
  if (offline) return notes.skip(callback, 'offline');
  if (callbackUrl === null) {
    const why = state.down === NOT_REACHED ? `${NOT_REACHED}, and` : 'Meta has none, or was not asked, and';
    return notes.skip(callback, `${why} no URL was given (--url)`);
  }
  if (!URL.canParse(callbackUrl)) return notes.skip(callback, `${callbackUrl} is no URL`);
  const needsCertificate = settings.TLS_CLIENT_CERTIFICATES === 'require';
  const { callback: effectsOf } = effects;
  await checkCallback({
    app,
    url: callbackUrl,
    effects: effectsOf,
    needsCertificate,
    post: { maxBodyBytes: settings.MAX_BODY_BYTES },
    nowMs: effects.now(),
    notes,
    of,
  });
}

/** @param app its name where there are several, which is the last part of the path */
export function callbackUrlOf(given: string, app: string | null): string {
  const url = new URL(given);
  const base = url.pathname.replace(/\/+$/, '');
  if (base === '') url.pathname = app === null ? '/webhook' : `/webhook/${app}`;
  else if (app !== null && !base.endsWith(`/${app}`)) url.pathname = `${base}/${app}`;
  return url.toString();
}

function checkClock(skewMs: number | null, state: GraphState, notes: Notes): void {
  if (skewMs === null) {
    notes.skip('clock', state.down ?? 'Meta was not asked');
    return;
  }
  if (Math.abs(skewMs) < CLOCK_TOLERANCE_MS) return;
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  notes.find('clock_skewed', `This machine's clock is ${seconds} s ${skewMs > 0 ? 'behind' : 'ahead of'} Meta's.`);
}
