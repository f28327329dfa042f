/** Dead letters: what could not be read, reason, and a second try after an upgrade. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { Loaded } from './numbers-view.ts';
import type { DeadLetterShape, ReplayShape } from './shapes.ts';
import { ago, bytes } from './words.ts';

export interface DeadLettersState {
  rows: Loaded<{ readonly data: readonly DeadLetterShape[]; readonly next: string | null }>;
  /** By id: what a retry said. */
  readonly said: Map<string, string>;
}

export interface DeadLettersActions {
  readonly reload: () => void;
  readonly more: (next: string) => void;
  readonly retry: (row: DeadLetterShape) => void;
}

export function deadLettersView(
  { rows, said }: DeadLettersState,
  { reload, more, retry }: DeadLettersActions,
): TemplateResult {
  return html`
    <div class="bar"><h1 tabindex="-1">Dead letters</h1><button type="button" @click=${reload}>Refresh</button></div>
    <p class="quiet">Items that hubcast could not read, kept with every byte. A retry reads one again with the fields that this version knows.</p>
    ${list()}`;

  function list(): TemplateResult {
    if (rows === null) return html`<p class="card quiet">Loading …</p>`;
    if ('failure' in rows) return html`<p class="card state warn" role="alert">${rows.failure}</p>`;
    const { data, next } = rows.answer;
    if (data.length === 0)
      return html`<p class="card state good">No dead letters. hubcast could read everything that Meta sent.</p>`;
    return html`<ul class="cards">${data.map(card)}</ul>
      ${next === null ? nothing : html`<button type="button" @click=${() => more(next)}>Older</button>`}`;
  }

  function card(row: DeadLetterShape): TemplateResult {
    const { id, field, entry_id, stored_at, issues, bytes: size, path } = row;
    const answer = said.get(id);
    return html`<li class="card state warn">
      <div class="bar">
        <h2>${field ?? 'Unreadable body'}</h2>
        <button type="button" @click=${() => retry(row)} aria-label=${`Retry dead letter ${id}`}>Retry</button>
      </div>
      <p class="quiet">Entry ${entry_id ?? 'unknown'}, ${ago(stored_at)}, ${bytes(size)}${path ? html`, at <code>${path}</code>` : nothing}</p>
      <ul>${issues.map((issue) => html`<li><code>${issue.code}</code> ${issue.message}</li>`)}</ul>
      <p role="status">${answer ?? nothing}</p>
    </li>`;
  }
}

export function replayWords({ outcome, events, issues }: ReplayShape): string {
  if (outcome === 'stored')
    return `Stored: ${events.length} event${events.length === 1 ? '' : 's'} (${events.map(({ type }) => type).join(', ')}).`;
  const reason = issues.map(({ message }) => message).join(' ');
  return outcome === 'refused' ? `Still refused. ${reason}` : `Still unreadable. ${reason}`;
}
