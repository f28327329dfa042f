/** What `hubcast doctor` finds: what is wrong, why it matters, the exact fix. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { Loaded } from './numbers-view.ts';

export interface FindingShape {
  readonly severity: string;
  readonly what: string;
  readonly why?: string;
  readonly fix?: string;
}

export interface ChecksAnswer {
  readonly findings: readonly FindingShape[];
}

export function checksView(
  loaded: Loaded<ChecksAnswer>,
  warnings: readonly string[],
  reload: () => void,
): TemplateResult {
  return html`
    <div class="bar"><h1 tabindex="-1">Checks</h1><button type="button" @click=${reload}>Check again</button></div>
    <p class="quiet">Settings, store, and Meta's view of the app, the token, the accounts and the subscriptions.</p>
    ${warnings.length === 0 ? nothing : html`<ul class="cards">${warnings.map((warning) => html`<li class="card state warn">${warning}</li>`)}</ul>`}
    ${list(loaded)}`;
}

function list(loaded: Loaded<ChecksAnswer>): TemplateResult {
  if (loaded === null) return html`<p class="card quiet">Checking …</p>`;
  if ('failure' in loaded) return html`<p class="card state warn" role="alert">${loaded.failure}</p>`;
  const { findings } = loaded.answer;
  if (findings.length === 0) return html`<p class="card state good">No problems found.</p>`;
  return html`<ul class="cards">
    ${findings.map(
      ({ severity, what, why, fix }) => html`<li class="card state ${LEVELS[severity] ?? ''}">
      <h2>${what}</h2>
      ${why ? html`<p>${why}</p>` : nothing}
      ${fix ? html`<p><strong>${fix}</strong></p>` : nothing}
    </li>`,
    )}
  </ul>`;
}

const LEVELS: Readonly<Record<string, string>> = { error: 'bad', warning: 'warn', info: '' };
