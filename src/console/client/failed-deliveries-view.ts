/** Failed deliveries: which POSTs were refused or failed, why, and what to do. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { askJson } from './api.ts';
import { addressOf } from './places.ts';
import type { Loaded, Session, View } from './session.ts';
import type { FailedDeliveryShape } from './shapes.ts';
import { bytes, utc } from './words.ts';

/** As many as the service gives at once. */
const MOST = 200;

type Rows = Loaded<{ readonly data: readonly FailedDeliveryShape[] }>;

export function createFailedDeliveriesView(session: Session): View {
  let rows: Rows = null;
  let outcome = '';
  /** Codes met so far: what can be asked for. */
  const outcomes = new Set<string>();

  async function load(): Promise<void> {
    const wanted = outcome;
    const query = new URLSearchParams({ limit: String(MOST), ...(wanted !== '' && { outcome: wanted }) });
    const loaded = await session.load(() =>
      askJson<{ readonly data: readonly FailedDeliveryShape[] }>(`/deliveries?${query}`),
    );
    // Another reason was chosen meanwhile.
    if (outcome !== wanted) return;
    rows = loaded;
    if (rows !== null && 'answer' in rows) for (const row of rows.answer.data) outcomes.add(row.outcome);
    session.redraw();
  }

  const choose = (event: Event): void => {
    const { value } = event.target as HTMLSelectElement;
    location.hash = addressOf('failed-deliveries', null, { outcome: value });
  };

  return {
    enter({ query }) {
      const asked = query.get('outcome') ?? '';
      if (asked !== outcome) rows = null;
      outcome = asked;
      if (outcome !== '') outcomes.add(outcome);
      void load();
    },
    body: () => html`
      <div class="bar"><h1 tabindex="-1">Failed deliveries</h1><button type="button" @click=${load}>Refresh</button></div>
      <p class="quiet">POSTs that were refused (4xx) or failed (5xx). The latest thousand are in memory; a restart forgets them.</p>
      <form class="filters" @submit=${(event: Event) => event.preventDefault()}>
        <label>Reason
          <select @change=${choose}>
            <option value="" ?selected=${outcome === ''}>all</option>
            ${[...outcomes].sort().map((code) => html`<option value=${code} ?selected=${code === outcome}>${code}</option>`)}
          </select>
        </label>
      </form>
      ${list(rows, outcome)}`,
  };
}

function list(rows: Rows, outcome: string): TemplateResult {
  if (rows === null) return html`<p class="card quiet">Loading …</p>`;
  if ('failure' in rows) return html`<p class="card state warn" role="alert">${rows.failure}</p>`;
  const { data } = rows.answer;
  if (data.length === 0) {
    return html`<p class="card state good">No failed deliveries${outcome === '' ? '' : ` with the reason ${outcome}`} since the service started.</p>`;
  }
  return html`<ul class="cards">${repeat(data, keyOf, card)}</ul>
    ${data.length < MOST ? nothing : html`<p class="quiet">The newest ${MOST}. Choose a reason to see older ones of it.</p>`}`;
}

function keyOf({ delivery_id, time, source, diagnosis }: FailedDeliveryShape): string {
  return delivery_id ?? `${time} ${source} ${diagnosis}`;
}

function card(row: FailedDeliveryShape): TemplateResult {
  const { time, outcome, status, diagnosis, fix, delivery_id: delivery } = row;
  return html`<li class="card state ${status >= 500 ? 'bad' : 'warn'}">
    <div class="bar"><h2><code>${outcome}</code> (${status})</h2><time datetime=${time}>${utc(time)}</time></div>
    <p>${diagnosis}</p>
    <p><strong>${fix}</strong></p>
    <dl class="reading">
      ${factsOf(row).map(([name, value]) => (value === null || value === '' ? nothing : html`<dt>${name}</dt><dd>${value}</dd>`))}
    </dl>
    ${
      delivery === null || status < 500
        ? nothing
        : html`<p><a href=${addressOf('events', null, { delivery })}>Events of this delivery</a> <span class="quiet">(a failed write may have been stored all the same)</span></p>`
    }
  </li>`;
}

function factsOf(row: FailedDeliveryShape): readonly (readonly [string, string | null])[] {
  return [
    ['Source', row.source],
    ['User agent', row.user_agent],
    ['Body read', bytes(row.bytes)],
    ['Meta app', row.app],
    ['Account', row.account_id],
    ['Field', row.field],
    ['Delivery id', row.delivery_id],
    ['Trace id', row.trace_id],
  ];
}
