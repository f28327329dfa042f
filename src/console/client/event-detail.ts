/** One event in full: our reading of it beside what Meta sent, and the delivery it came with. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { indented, memberText } from './json-text.ts';
import { addressOf } from './places.ts';
import type { Loaded, Session } from './session.ts';
import { askEvent, askPage, type EventPage, placeInTopic, type StoredEvent } from './stored-events.ts';
import { shortType, utc } from './words.ts';

export interface EventDetail {
  /** @param at its place, if known; without it the service searches @param rows those that need not be asked for */
  readonly open: (id: string, at: string | null, rows: readonly StoredEvent[]) => void;
  readonly close: () => void;
  readonly body: (close: () => void) => TemplateResult;
}

const MOST_SIBLINGS = 50;
/** Events of one delivery have the same time in the store, but for those that were stored again. */
const AROUND_MS = 1000;

export function createEventDetail(session: Session): EventDetail {
  let shown: { readonly id: string; readonly at: string | null } | null = null;
  let event: Loaded<StoredEvent> = null;
  let siblings: Loaded<EventPage> = null;

  async function load(id: string, at: string | null, known: StoredEvent | undefined): Promise<void> {
    const asked = { id, at };
    shown = asked;
    siblings = null;
    event = known === undefined ? null : { answer: known };
    session.redraw();
    const loaded = event ?? (await session.load(() => askEvent(id, at)));
    if (shown !== asked) return;
    event = loaded;
    session.redraw();
    if (loaded === null || 'failure' in loaded) return;
    const query = siblingsOf(loaded.answer);
    if (query === null) return;
    const found = await session.load(() => askPage(query));
    if (shown !== asked) return;
    siblings = found;
    session.redraw();
  }

  return {
    open(id, at, rows) {
      if (shown?.id === id && shown.at === at) return;
      const known = rows.find(({ record }) => record.event?.id === id && (at === null || placeInTopic(record) === at));
      void load(id, at, known);
    },
    close() {
      shown = null;
    },
    body(close) {
      const stored = event !== null && 'answer' in event ? event.answer : null;
      const type = stored?.record.event?.type;
      return html`<section class="card detail" aria-labelledby="event-title">
        <div class="bar">
          <h2 id="event-title" tabindex="-1">${stored === null ? 'Event' : shortType(type ?? 'Not JSON')}</h2>
          <button type="button" @click=${close}>Close</button>
        </div>
        ${event === null ? html`<p class="quiet">Loading …</p>` : nothing}
        ${event !== null && 'failure' in event ? html`<p role="alert">${event.failure}</p>` : nothing}
        ${stored === null ? nothing : reading(stored)}
        ${stored === null ? nothing : delivery(stored, siblings)}
        ${stored === null ? nothing : content(stored)}
      </section>`;
    },
  };
}

function siblingsOf({ record }: StoredEvent): URLSearchParams | null {
  const { deliveryid } = record.event ?? {};
  const storedMs = Date.parse(record.stored_at ?? '');
  if (deliveryid === undefined || Number.isNaN(storedMs)) return null;
  const from = new Date(storedMs - AROUND_MS).toISOString();
  const to = new Date(storedMs + AROUND_MS).toISOString();
  return new URLSearchParams({ delivery: deliveryid, from, to, limit: String(MOST_SIBLINGS) });
}

function facts(list: readonly (readonly [string, unknown])[]): TemplateResult {
  return html`<dl class="reading">
    ${list.map(([name, value]) => (value === null || value === undefined || value === '' ? nothing : html`<dt>${name}</dt><dd>${value}</dd>`))}
  </dl>`;
}

function reading({ record }: StoredEvent): TemplateResult {
  const { event } = record;
  const number = event?.data?.phone_number;
  return facts([
    ['Type', event?.type],
    ['Happened', utc(event?.time)],
    ['Received', utc(event?.receivedtime)],
    ['Subject', event?.subject],
    ['Account', event?.data?.account_id],
    ['Number', number?.digits],
    ['Number id', number?.id],
    ['Known number', number?.known === true ? 'yes' : number?.known === false ? 'no' : null],
    ['Meta app', event?.app],
    ['Test button', event?.data?.test === true ? 'yes' : null],
    ['Event id', event?.id],
    ['Stored in', `${record.topic}, partition ${record.partition}, offset ${record.offset}`],
    ['Key', record.key],
  ]);
}

function delivery({ record, place }: StoredEvent, siblings: Loaded<EventPage>): TemplateResult {
  const { deliveryid } = record.event ?? {};
  if (deliveryid === undefined) return html``;
  const traceId = record.headers.traceparent?.split('-')[1];
  const link = html`<a href=${addressOf('events', null, { delivery: deliveryid })}>${deliveryid}</a>`;
  return html`<h3>Delivery</h3>
    ${facts([
      ['Delivery id', link],
      ['Trace id', traceId],
    ])}
    ${siblingList(siblings, place)}`;
}

function siblingList(siblings: Loaded<EventPage>, place: string): TemplateResult {
  if (siblings === null) return html`<p class="quiet">Looking for other events of this delivery …</p>`;
  if ('failure' in siblings) return html`<p role="alert">${siblings.failure}</p>`;
  const others = siblings.answer.events.filter((other) => other.place !== place);
  if (others.length === 0) {
    const all = siblings.answer.next === null;
    return html`<p class="quiet">${all ? 'No other event came with this delivery.' : 'No other event of this delivery was found so far; its id searches on.'}</p>`;
  }
  return html`<p>Other events of this delivery${siblings.answer.next === null ? '' : ` (the first ${MOST_SIBLINGS})`}:</p>
    <ul>${others.map(({ record }) => html`<li><a href=${addressOf('events', record.event?.id ?? null, { at: placeInTopic(record) })}>${shortType(record.event?.type ?? 'not JSON')}</a> ${record.event?.subject ?? ''}</li>`)}</ul>`;
}

function content({ record, json }: StoredEvent): TemplateResult {
  const part = (name: string): string | null => memberText(json, 'event', 'data', name);
  const derived = part('derived');
  // hubcast's system events have neither.
  const fromMeta = part('value') ?? part('body_base64');
  const issues = record.event?.data?.issues ?? [];
  return html`
    ${issues.length === 0 ? nothing : html`<h3>Why it is a dead letter</h3><ul>${issues.map(({ path, message }) => html`<li><code>${path}</code> ${message}</li>`)}</ul>`}
    ${derived === null ? nothing : html`<h3>Our reading</h3><pre tabindex="0">${indented(derived)}</pre>`}
    <h3>${fromMeta === null ? 'Content' : 'What Meta sent'}</h3>
    <pre tabindex="0">${indented(fromMeta ?? memberText(json, 'event', 'data') ?? json)}</pre>
    <details><summary>Complete record</summary><pre tabindex="0">${indented(json)}</pre></details>`;
}
