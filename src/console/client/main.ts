/** The console: one page, drawn anew from its state whenever something changed. */
import { render } from 'lit-html';
import { hasToken } from './api.ts';
import { createChecksView } from './checks-view.ts';
import { createDeadLettersView } from './dead-letters-view.ts';
import { byId } from './dom.ts';
import { createEventsView } from './events-view.ts';
import { createFailedDeliveriesView } from './failed-deliveries-view.ts';
import { createNumbersView } from './numbers-view.ts';
import { createOverview } from './overview.ts';
import { loginForm, pageFrame } from './page-frame.ts';
import { type Place, placeOf, VIEW_NAMES, type ViewName } from './places.ts';
import { createSession, type View } from './session.ts';

const REFRESH_MS = 5_000;

const session = createSession(draw);
const views: Readonly<Record<ViewName, View>> = {
  overview: createOverview(session),
  events: createEventsView(session),
  'failed-deliveries': createFailedDeliveriesView(session),
  'dead-letters': createDeadLettersView(session),
  numbers: createNumbersView(session),
  checks: createChecksView(session),
};
let place: Place | undefined;

function draw(): void {
  if (session.loginNeeded()) {
    leave();
    document.title = 'Log in · hubcast';
    render(loginForm(session.loginFailure(), start), byId('app'));
    return;
  }
  const { view: name } = place ?? placeOf(location.hash);
  const view = views[name];
  document.title = `${view.title?.() ?? VIEW_NAMES[name]} · hubcast`;
  render(pageFrame(session, name, view.body()), byId('app'));
  view.drawn?.();
}

function enter(): void {
  if (session.loginNeeded()) return;
  const before = place;
  const now = placeOf(location.hash);
  if (before !== undefined && before.view !== now.view) leave();
  place = now;
  const view = views[now.view];
  view.enter(now);
  draw();
  // Screen readers and the keyboard go on at what is new.
  const focused = before?.view === now.view ? view.focusAfter?.(before, now) : 'h1';
  if (focused === null || focused === undefined) return;
  const element = document.querySelector<HTMLElement>(focused) ?? document.querySelector('h1');
  element?.focus({ preventScroll: focused === 'h1' });
}

function leave(): void {
  if (place !== undefined) views[place.view].leave?.();
  place = undefined;
}

async function start(token?: string): Promise<void> {
  if (token === undefined) await session.refresh();
  else await session.logIn(token);
  if (!session.loginNeeded()) enter();
}

addEventListener('hashchange', enter);
addEventListener('resize', session.redraw);
setInterval(() => {
  if (!session.loginNeeded() && (place !== undefined || hasToken())) void session.refresh();
}, REFRESH_MS);
void start();
