/** What `hubcast doctor` finds: what is wrong, why it matters, the exact fix. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { askJson } from './api.ts';
import { type Loaded, noTokens, type Session, type View } from './session.ts';
import { utc } from './words.ts';

interface FindingShape {
  readonly severity: string;
  readonly what: string;
  readonly why?: string;
  readonly fix?: string;
}

interface ChecksAnswer {
  readonly checked_at: string;
  readonly findings: readonly FindingShape[];
  readonly skipped: readonly { readonly check: string; readonly reason: string }[];
}

const LEVELS: Readonly<Record<string, string>> = { error: 'bad', warning: 'warn', info: '' };

export function createChecksView(session: Session): View {
  let loaded: Loaded<ChecksAnswer> = null;

  /** @param method POST calls the callback URL too */
  async function load(method: 'GET' | 'POST'): Promise<void> {
    loaded = null;
    session.redraw();
    loaded = await session.load(() => askJson<ChecksAnswer>('/checks', { method }));
    session.redraw();
  }

  const probe = (): TemplateResult =>
    session.history()?.api_tokens === false
      ? html`<p class="quiet">${noTokens('A check of the callback URL')}</p>`
      : html`<p><button type="button" @click=${() => load('POST')}>Check with the callback URL</button>
          <span class="quiet">Calls it as Meta does; a signed test webhook is stored. Needs the scope events:replay.</span></p>`;

  return {
    enter() {
      if (loaded === null || 'failure' in loaded) void load('GET');
    },
    body() {
      const readiness = session.readiness();
      const warnings = readiness?.status === 'ready' ? (readiness.warnings ?? []) : [];
      return html`
        <div class="bar"><h1 tabindex="-1">Checks</h1><button type="button" @click=${() => load('GET')}>Check again</button></div>
        <p class="quiet">Settings, store, and Meta's view of the app, the token, the accounts and the subscriptions.</p>
        ${probe()}
        ${warnings.length === 0 ? nothing : html`<ul class="cards">${warnings.map((warning) => html`<li class="card state warn">${warning}</li>`)}</ul>`}
        ${list(loaded)}`;
    },
  };
}

function list(loaded: Loaded<ChecksAnswer>): TemplateResult {
  if (loaded === null) return html`<p class="card quiet" role="status">Checking …</p>`;
  if ('failure' in loaded) return html`<p class="card state warn" role="alert">${loaded.failure}</p>`;
  const { checked_at, findings, skipped } = loaded.answer;
  return html`
    <p>Checked at <time datetime=${checked_at}>${utc(checked_at)}</time>. <span class="quiet">An answer is kept for 30 seconds.</span></p>
    ${findings.length === 0 ? html`<p class="card state good">No problems found.</p>` : html`<ul class="cards">${findings.map(card)}</ul>`}
    ${
      skipped.length === 0
        ? nothing
        : html`<h2>Not checked</h2>
            <ul>${skipped.map(({ check, reason }) => html`<li>${check}: ${reason}</li>`)}</ul>`
    }`;
}

function card({ severity, what, why, fix }: FindingShape): TemplateResult {
  return html`<li class="card state ${LEVELS[severity] ?? ''}">
    <h2>${what}</h2>
    ${why ? html`<p>${why}</p>` : nothing}
    ${fix ? html`<p><strong>${fix}</strong></p>` : nothing}
  </li>`;
}
