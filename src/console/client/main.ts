/** The console: one page, drawn anew from its state whenever something changed. */
import { html, nothing, render, type TemplateResult } from 'lit-html';
import { ask, askJson, hasToken, Refused, setToken } from './api.ts';
import { drawChart, FLOW_LINES, LATENCY_LINES } from './charts.ts';
import { type ChecksAnswer, checksView } from './checks-view.ts';
import { type DeadLettersState, deadLettersView, replayWords } from './dead-letters-view.ts';
import { byId, createRedraw } from './dom.ts';
import { type EventsState, eventsView } from './events-view.ts';
import { createFlow, type Flow } from './flow.ts';
import { type Loaded, numbersView } from './numbers-view.ts';
import { overview } from './overview.ts';
import type { DeadLetterShape, HealthAnswer, HistoryAnswer, ReadinessShape, ReplayShape } from './shapes.ts';

const VIEWS = {
  overview: 'Overview',
  events: 'Events',
  numbers: 'Numbers',
  'dead-letters': 'Dead letters',
  checks: 'Checks',
} as const;
type View = keyof typeof VIEWS;

const REFRESH_MS = 5_000;
const KNOWN_TYPES = new Set<string>();

const state = {
  loginNeeded: false,
  loginFailure: '',
  /** Why events and figures cannot be shown, as for a token without that scope. */
  refusal: '',
  readiness: null as ReadinessShape | null,
  history: null as HistoryAnswer | null,
  events: { chosen: null } as EventsState,
  numbers: null as Loaded<HealthAnswer>,
  deadLetters: { rows: null, said: new Map() } as DeadLettersState,
  checks: null as Loaded<ChecksAnswer>,
};
let flow: Flow | undefined;
let refreshing: ReturnType<typeof setInterval> | undefined;
const redraw = createRedraw(draw);

function view(): View {
  const name = location.hash.replace(/^#\/?/, '');
  return name in VIEWS ? (name as View) : 'overview';
}

function draw(): void {
  render(state.loginNeeded ? login() : page(), byId('app'));
  if (state.loginNeeded || view() !== 'overview' || state.history === null || state.refusal !== '') return;
  drawChart(byId('chart-flow'), FLOW_LINES, state.history);
  drawChart(byId('chart-latency'), LATENCY_LINES, state.history);
}

function page(): TemplateResult {
  const current = view();
  return html`
    <header>
      <a class="brand" href="#/overview">hubcast</a>
      <nav aria-label="Views">
        ${Object.entries(VIEWS).map(
          ([name, label]) =>
            html`<a href=${`#/${name}`} aria-current=${name === current ? 'page' : nothing}>${label}</a>`,
        )}
      </nav>
      ${hasToken() ? html`<button type="button" @click=${logOut}>Log out</button>` : nothing}
    </header>
    <main id="main">${body(current)}</main>`;
}

function body(current: View): TemplateResult {
  if (state.refusal !== '' && (current === 'overview' || current === 'events')) {
    return html`<h1 tabindex="-1">${VIEWS[current]}</h1><p class="card state warn" role="alert">${state.refusal}</p>`;
  }
  if (current === 'events') {
    if (flow === undefined) return html`<p class="card quiet">Starting …</p>`;
    for (const { record } of flow.shown()) if (record.event !== null) KNOWN_TYPES.add(record.event.type);
    return eventsView(flow, state.events, [...KNOWN_TYPES].sort(), redraw);
  }
  if (current === 'numbers') return numbersView(state.numbers, loadNumbers);
  if (current === 'dead-letters') {
    return deadLettersView(state.deadLetters, { reload: () => loadDeadLetters(null), more: loadDeadLetters, retry });
  }
  if (current === 'checks') return checksView(state.checks, state.readiness?.warnings ?? [], loadChecks);
  return overview(state, flow?.count() ?? 0);
}

function login(): TemplateResult {
  const submit = (event: Event): void => {
    event.preventDefault();
    const token = new FormData(event.target as HTMLFormElement).get('token');
    if (typeof token === 'string' && token.trim() !== '') setToken(token.trim());
    void start();
  };
  return html`<main id="main" class="login">
    <form class="card" @submit=${submit}>
      <h1 tabindex="-1">hubcast</h1>
      <label>Token
        <input name="token" type="password" autocomplete="off" spellcheck="false" required autofocus aria-describedby="token-help">
      </label>
      <p id="token-help" class="quiet">One of API_TOKENS with the scope events:read. It stays in this tab and never in an address.</p>
      ${state.loginFailure === '' ? nothing : html`<p role="alert" class="state bad">${state.loginFailure}</p>`}
      <button>Log in</button>
    </form>
  </main>`;
}

function logOut(): void {
  setToken(null);
  location.reload();
}

/** A refusal for want of a token leads to the form; anything else is shown where it happened. */
function onRefused(error: unknown): string {
  if (error instanceof Refused && error.status === 401) {
    state.loginFailure = hasToken() ? 'This token is not accepted.' : '';
    setToken(null);
    state.loginNeeded = true;
    clearInterval(refreshing);
    redraw();
  }
  return (error as Error).message;
}

/** Of events and figures: the service does not say which scope it missed. */
function refusalWords(error: unknown): string {
  const words = onRefused(error);
  return error instanceof Refused && error.status === 403 ? `${words} The token lacks the scope events:read.` : words;
}

async function load<Answer>(ask: () => Promise<Answer>): Promise<Loaded<Answer>> {
  try {
    return { answer: await ask() };
  } catch (error) {
    return { failure: onRefused(error) };
  }
}

async function loadNumbers(): Promise<void> {
  state.numbers = null;
  redraw();
  state.numbers = await load(() => askJson<HealthAnswer>('/phone-numbers/health'));
  redraw();
}

async function loadDeadLetters(before: string | null): Promise<void> {
  const shown =
    before !== null && state.deadLetters.rows !== null && 'answer' in state.deadLetters.rows
      ? state.deadLetters.rows.answer.data
      : [];
  const page = await load(() =>
    askJson<{ readonly data: readonly DeadLetterShape[]; readonly next: string | null }>(
      `/dead-letters?limit=50${before === null ? '' : `&before=${before}`}`,
    ),
  );
  state.deadLetters.rows =
    page !== null && 'answer' in page ? { answer: { ...page.answer, data: [...shown, ...page.answer.data] } } : page;
  redraw();
}

async function retry({ id, at }: DeadLetterShape): Promise<void> {
  state.deadLetters.said.set(id, 'Trying …');
  redraw();
  const replayed = await load(() => askJson<ReplayShape>(`/dead-letters/${id}/replay?at=${at}`, { method: 'POST' }));
  if (replayed !== null)
    state.deadLetters.said.set(id, 'answer' in replayed ? replayWords(replayed.answer) : replayed.failure);
  redraw();
}

async function loadChecks(): Promise<void> {
  state.checks = null;
  redraw();
  state.checks = await load(() => askJson<ChecksAnswer>('/checks'));
  redraw();
}

async function refresh(): Promise<void> {
  try {
    state.readiness = (await (await ask('/ready')).json()) as ReadinessShape;
    state.history = await askJson<HistoryAnswer>('/console/history');
    state.refusal = '';
    follow();
  } catch (error) {
    if (error instanceof Refused) state.refusal = refusalWords(error);
    else state.readiness = { status: 'not_ready', reason: 'The service does not answer.' };
  }
  redraw();
}

/** Begun again by the next refresh where it failed. */
function follow(): void {
  flow ??= createFlow(redraw, (error) => {
    flow = undefined;
    state.refusal = refusalWords(error);
    redraw();
  });
}

function enterView(): void {
  const current = view();
  if (current === 'numbers' && state.numbers === null) void loadNumbers();
  if (current === 'dead-letters') void loadDeadLetters(null);
  if (current === 'checks' && state.checks === null) void loadChecks();
  draw();
  // Screen readers and the keyboard go on at the new heading.
  document.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true });
}

async function start(): Promise<void> {
  state.loginNeeded = false;
  state.loginFailure = '';
  await refresh();
  if (state.loginNeeded) return;
  clearInterval(refreshing);
  refreshing = setInterval(() => void refresh(), REFRESH_MS);
  enterView();
}

addEventListener('hashchange', enterView);
addEventListener('resize', redraw);
void start();
