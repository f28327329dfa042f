/** Events: a list of what fits a filter, and one event in full beside it. Filter and event are both in the address. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { askJson } from './api.ts';
import { createEventDetail } from './event-detail.ts';
import { type EventFilter, filterOf } from './event-filter.ts';
import { filterForm } from './event-filter-form.ts';
import { createEventList, type EventList } from './event-list.ts';
import { addressOf, type Place } from './places.ts';
import type { Session, View } from './session.ts';
import { placeInTopic, type StoredEvent } from './stored-events.ts';
import { shortType, utc, whole } from './words.ts';

const STATES: Readonly<Record<ReturnType<EventList['state']>, string>> = {
  searching: 'Searching …',
  live: 'Live',
  connecting: 'Connecting …',
  paused: 'Paused',
  ended: 'Not live: the time has an end',
};

export function createEventsView(session: Session): View {
  const detail = createEventDetail(session);
  let types: readonly string[] = [];
  let filter: EventFilter = filterOf(new URLSearchParams());
  let list: EventList | undefined;
  let chosen: string | null = null;

  async function loadTypes(): Promise<void> {
    const loaded = await session.load(() =>
      askJson<{ readonly types: readonly { readonly type: string }[] }>('/schemas'),
    );
    if (loaded !== null && 'answer' in loaded) types = [...new Set(loaded.answer.types.map(({ type }) => type))].sort();
    session.redraw();
  }

  function begin(): void {
    list?.stop();
    list = createEventList(filter, session.redraw, session.wordsOf);
  }

  const toList = (): string => addressOf('events', null, { ...filter });
  const toEvent = ({ record }: StoredEvent): string =>
    addressOf('events', record.event?.id ?? null, { ...filter, at: placeInTopic(record) });

  function close(): void {
    location.hash = toList();
  }

  function body(): TemplateResult {
    if (list === undefined) return html`<h1 tabindex="-1">Events</h1>`;
    const search = (asked: EventFilter): void => {
      const address = addressOf('events', null, { ...asked });
      // The same question once more.
      if (address === location.hash) begin();
      else location.hash = address;
    };
    return html`
      <h1 tabindex="-1">Events</h1>
      ${filterForm(filter, types, search)}
      ${bar(list)}
      <div class="split ${chosen === null ? '' : 'open'}" @keydown=${onKey}>
        <div>${rows(list)}</div>
        ${chosen === null ? nothing : detail.body(close)}
      </div>`;
  }

  function onKey(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || chosen === null) return;
    event.preventDefault();
    close();
  }

  function rows(events: EventList): TemplateResult {
    const shown = events.rows();
    return html`
      ${events.failure() === '' ? nothing : html`<p class="card state warn" role="alert">${events.failure()} <button type="button" @click=${begin}>Try again</button></p>`}
      ${shown.length === 0 ? empty(events) : table(shown)}
      ${older(events)}`;
  }

  function table(shown: readonly StoredEvent[]): TemplateResult {
    return html`<div class="card"><table class="events">
      <thead>
        <tr><th scope="col">Stored</th><th scope="col">Type</th><th scope="col">Subject</th><th scope="col" class="wide">Account</th></tr>
      </thead>
      <tbody>${repeat(shown, ({ place }) => place, row)}</tbody>
    </table></div>`;
  }

  function row(stored: StoredEvent): TemplateResult {
    const { event, stored_at } = stored.record;
    const isChosen = event !== null && event.id === chosen;
    const address = toEvent(stored);
    const open = (click: MouseEvent): void => {
      // The link opens by itself; a text that is being marked is no click.
      if ((click.target as Element).closest('a') === null && getSelection()?.isCollapsed !== false)
        location.hash = address;
    };
    return html`<tr class=${isChosen ? 'chosen' : ''} @click=${open}>
      <td><time datetime=${stored_at ?? ''}>${utc(stored_at)}</time></td>
      <td><a href=${address} data-event=${event?.id ?? nothing} aria-current=${isChosen ? 'true' : nothing}>${breakable(shortType(event?.type ?? 'not JSON'))}</a></td>
      <td>${event?.subject ?? '–'}</td>
      <td class="wide">${event?.data?.account_id ?? event?.data?.entry_id ?? '–'}</td>
    </tr>`;
  }

  return {
    enter({ id, query }) {
      if (types.length === 0) void loadTypes();
      const asked = filterOf(query);
      const isNew = list === undefined || JSON.stringify(asked) !== JSON.stringify(filter);
      filter = asked;
      if (isNew) begin();
      chosen = id;
      if (id === null) detail.close();
      else detail.open(id, query.get('at'), list?.rows() ?? []);
    },
    leave() {
      list?.stop();
      list = undefined;
      detail.close();
    },
    body,
    title: () => (chosen === null ? 'Events' : `Event ${chosen.slice(0, 8)}`),
    focusAfter: (before: Place, now: Place) => {
      if (now.id !== null) return '#event-title';
      return before.id === null ? null : `[data-event="${CSS.escape(before.id)}"]`;
    },
  };
}

function bar(list: EventList): TemplateResult {
  const state = list.state();
  const paused = state === 'paused';
  return html`<div class="bar">
    <p><span role="status">${STATES[state]}</span>${paused ? html`<span class="quiet">, ${waitingWords(list.waiting())}</span>` : nothing}</p>
    ${state === 'ended' ? nothing : html`<button type="button" aria-pressed=${paused} @click=${() => list.pause(!paused)}>${paused ? 'Resume' : 'Pause'}</button>`}
  </div>`;
}

function waitingWords(count: number): string {
  return count === 1 ? '1 new event waits' : `${whole(count)} new events wait`;
}

function empty(list: EventList): TemplateResult {
  if (list.failure() !== '') return html``;
  if (list.state() === 'searching' || list.state() === 'connecting') {
    return html`<p class="card quiet">${STATES[list.state()]}</p>`;
  }
  if (list.hasOlder())
    return html`<p class="card quiet">No such event among the latest records. "Older" searches on.</p>`;
  return html`<p class="card quiet">No such event is stored.</p>`;
}

function older(list: EventList): TemplateResult {
  if (list.isFull())
    return html`<p class="quiet">${whole(list.rows().length)} events are shown. Set "To" to see older ones.</p>`;
  if (!list.hasOlder()) return html``;
  const searching = list.state() === 'searching';
  return html`<p><button type="button" aria-disabled=${searching} @click=${() => (searching ? undefined : list.loadOlder())}>Older</button></p>`;
}

/** Long names end a line after a part of theirs. */
function breakable(type: string): readonly TemplateResult[] {
  return type.split(/(?<=[._])/).map((part) => html`${part}<wbr>`);
}
