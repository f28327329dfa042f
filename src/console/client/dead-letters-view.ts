/** Dead letters: what could not be read, reason, and a second try after an upgrade. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { askJson } from './api.ts';
import { type Loaded, noTokens, type Session, type View } from './session.ts';
import type { DeadLetterShape, ReplayShape } from './shapes.ts';
import { bytes, utc } from './words.ts';

interface Page {
  readonly data: readonly DeadLetterShape[];
  readonly next: string | null;
}

export function createDeadLettersView(session: Session): View {
  let rows: Loaded<Page> = null;
  /** By id: what a retry said. */
  const said = new Map<string, string>();

  async function load(before: string | null): Promise<void> {
    const shown = before !== null && rows !== null && 'answer' in rows ? rows.answer.data : [];
    const query = new URLSearchParams({ limit: '50', ...(before !== null && { before }) });
    const page = await session.load(() => askJson<Page>(`/dead-letters?${query}`));
    rows =
      page !== null && 'answer' in page ? { answer: { ...page.answer, data: [...shown, ...page.answer.data] } } : page;
    session.redraw();
  }

  async function retry({ id, at }: DeadLetterShape): Promise<void> {
    said.set(id, 'Trying …');
    session.redraw();
    const path = `/dead-letters/${id}/replay?${new URLSearchParams({ at })}`;
    const replayed = await session.load(() => askJson<ReplayShape>(path, { method: 'POST' }));
    if (replayed !== null) said.set(id, 'answer' in replayed ? replayWords(replayed.answer) : replayed.failure);
    session.redraw();
  }

  function list(): TemplateResult {
    if (rows === null) return html`<p class="card quiet">Loading …</p>`;
    if ('failure' in rows) return html`<p class="card state warn" role="alert">${rows.failure}</p>`;
    const { data, next } = rows.answer;
    if (data.length === 0 && next === null) {
      return html`<p class="card state good">No dead letters. hubcast could read everything that Meta sent.</p>`;
    }
    const canRetry = session.history()?.api_tokens !== false;
    return html`${canRetry ? nothing : html`<p class="card state">${noTokens('A retry')}</p>`}
      <ul class="cards">${repeat(data, ({ id, at }) => `${id} ${at}`, card)}</ul>
      ${next === null ? nothing : html`<p><button type="button" @click=${() => load(next)}>Older</button></p>`}`;
  }

  function card(row: DeadLetterShape): TemplateResult {
    const { id, field, entry_id, stored_at, issues, bytes: size, path } = row;
    const canRetry = session.history()?.api_tokens !== false;
    return html`<li class="card state warn">
      <div class="bar">
        <h2>${field ?? 'Unreadable body'}</h2>
        ${canRetry ? html`<button type="button" @click=${() => retry(row)} aria-label=${`Retry dead letter ${id}`}>Retry</button>` : nothing}
      </div>
      <p class="quiet">Entry ${entry_id ?? 'unknown'}, <time datetime=${stored_at ?? ''}>${utc(stored_at)}</time>, ${bytes(size)}${path ? html`, at <code>${path}</code>` : nothing}</p>
      <ul>${issues.map((issue) => html`<li><code>${issue.code}</code> ${issue.message}</li>`)}</ul>
      <p role="status">${said.get(id) ?? nothing}</p>
    </li>`;
  }

  return {
    enter: () => void load(null),
    body: () => html`
      <div class="bar"><h1 tabindex="-1">Dead letters</h1><button type="button" @click=${() => load(null)}>Refresh</button></div>
      <p class="quiet">Items that hubcast could not read, kept with every byte. A retry reads one again with the fields that this version knows.</p>
      ${list()}`,
  };
}

function replayWords({ outcome, events, issues }: ReplayShape): string {
  if (outcome === 'stored') {
    const types = events.map(({ type }) => type).join(', ');
    return `Stored: ${events.length} event${events.length === 1 ? '' : 's'} (${types}).`;
  }
  const reason = issues.map(({ message }) => message).join(' ');
  return outcome === 'refused' ? `Still refused. ${reason}` : `Still unreadable. ${reason}`;
}
