/** The live flow, and one event in full: our reading of it beside what Meta sent. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { Flow, FlowEvent } from './flow.ts';
import { indented, memberText } from './json-text.ts';
import { clock, dateAndTime, shortType, whole } from './words.ts';

export interface EventsState {
  chosen: FlowEvent | null;
}

export function eventsView(
  flow: Flow,
  state: EventsState,
  types: readonly string[],
  redraw: () => void,
): TemplateResult {
  const shown = flow.shown();
  const choose = (event: FlowEvent | null): void => {
    state.chosen = event;
    redraw();
  };
  return html`
    <h1 tabindex="-1">Events</h1>
    <form class="filters" @submit=${(event: Event) => event.preventDefault()}>
      <label>Type
        <select @change=${(event: Event) => {
          flow.filter.type = (event.target as HTMLSelectElement).value;
          redraw();
        }}>
          <option value="">all</option>
          ${types.map((type) => html`<option value=${type} ?selected=${type === flow.filter.type}>${shortType(type)}</option>`)}
        </select>
      </label>
      <label>Contains
        <input type="search" placeholder="number, account, id …" .value=${flow.filter.text} @input=${(event: Event) => {
          flow.filter.text = (event.target as HTMLInputElement).value;
          redraw();
        }}>
      </label>
      <button type="button" aria-pressed=${flow.paused()} @click=${() => flow.pause(!flow.paused())}>
        ${flow.paused() ? 'Resume' : 'Pause'}
      </button>
      <span class="quiet" role="status">
        ${flow.connected() ? 'Live' : 'Connecting …'}, ${whole(flow.count())} since this page was opened
      </span>
    </form>
    <div class="split ${state.chosen === null ? '' : 'open'}">
      ${
        shown.length === 0
          ? html`<p class="card quiet">No events yet. They appear here once they are stored.</p>`
          : html`<div class="card scroll"><table class="events">
              <thead>
                <tr><th scope="col">Stored</th><th scope="col">Type</th><th scope="col">Subject</th><th scope="col" class="wide">Account</th></tr>
              </thead>
              <tbody>${shown.map((event) => row(event, state.chosen === event, choose))}</tbody>
            </table></div>`
      }
      ${state.chosen === null ? nothing : detail(state.chosen, () => choose(null))}
    </div>`;
}

function row(flowEvent: FlowEvent, chosen: boolean, choose: (event: FlowEvent) => void): TemplateResult {
  const { record } = flowEvent;
  const { event } = record;
  return html`<tr class=${chosen ? 'chosen' : ''} @click=${() => choose(flowEvent)}>
    <td><time datetime=${record.stored_at ?? ''}>${clock(record.stored_at)}</time></td>
    <td><button type="button" class="link" aria-expanded=${chosen}>${breakable(shortType(event?.type ?? 'not JSON'))}</button></td>
    <td>${event?.subject ?? event?.data?.phone_number?.digits ?? ''}</td>
    <td class="wide">${event?.data?.account_id ?? event?.data?.entry_id ?? ''}</td>
  </tr>`;
}

/** Long names end a line after a part of theirs. */
function breakable(type: string): readonly TemplateResult[] {
  return type.split(/(?<=[._])/).map((part) => html`${part}<wbr>`);
}

function detail({ record, json }: FlowEvent, close: () => void): TemplateResult {
  const { event } = record;
  const number = event?.data?.phone_number;
  const part = (name: string): string | null => memberText(json, 'event', 'data', name);
  const reading: readonly [string, unknown][] = [
    ['Type', event?.type],
    ['Happened', dateAndTime(event?.time)],
    ['Received', dateAndTime(event?.receivedtime)],
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
  ];
  const derived = part('derived');
  // hubcast's system events have neither.
  const fromMeta = part('value') ?? part('body_base64');
  const issues = event?.data?.issues ?? [];
  return html`<aside class="card detail" aria-label="The chosen event">
    <div class="bar"><h2>${shortType(event?.type ?? 'Not JSON')}</h2><button type="button" @click=${close}>Close</button></div>
    <dl class="reading">
      ${reading.map(([name, value]) => (value === null || value === undefined || value === '' ? nothing : html`<dt>${name}</dt><dd>${value}</dd>`))}
    </dl>
    ${issues.length === 0 ? nothing : html`<h3>Why it is a dead letter</h3><ul>${issues.map(({ path, message }) => html`<li><code>${path}</code> ${message}</li>`)}</ul>`}
    ${derived === null ? nothing : html`<h3>Our reading</h3><pre tabindex="0">${indented(derived)}</pre>`}
    <h3>${fromMeta === null ? 'Content' : 'What Meta sent'}</h3>
    <pre tabindex="0">${indented(fromMeta ?? memberText(json, 'event', 'data') ?? json)}</pre>
    <details><summary>Complete record</summary><pre tabindex="0">${indented(json)}</pre></details>
  </aside>`;
}
