/** What stands around each view: its name, the way to the others, readiness; and the form that asks for a token. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { hasToken, setToken } from './api.ts';
import { addressOf, VIEW_NAMES, type ViewName } from './places.ts';
import type { Session } from './session.ts';
import type { ReadinessShape } from './shapes.ts';

export function pageFrame(session: Session, current: ViewName, body: TemplateResult): TemplateResult {
  const readiness = session.readiness();
  return html`
    <header>
      <a class="brand" href=${addressOf('overview')}>hubcast</a>
      <span role="status">${badge(readiness)}</span>
      <nav aria-label="Views">
        ${Object.entries(VIEW_NAMES).map(
          ([name, label]) =>
            html`<a href=${addressOf(name as ViewName)} aria-current=${name === current ? 'page' : nothing}>${label}</a>`,
        )}
      </nav>
      ${hasToken() ? html`<button type="button" @click=${logOut}>Log out</button>` : nothing}
    </header>
    <main id="main">
      ${
        readiness?.status === 'not_ready' && current !== 'overview'
          ? html`<p class="card state bad"><strong>Not ready.</strong> ${readiness.reason}</p>`
          : nothing
      }
      ${body}
    </main>
    <footer class="quiet">All times are UTC.</footer>`;
}

function badge(readiness: ReadinessShape | null): TemplateResult {
  if (readiness === null) return html`<span class="badge">Loading …</span>`;
  if (readiness.status === 'not_ready') return html`<span class="badge bad">Not ready</span>`;
  const count = readiness.warnings?.length ?? 0;
  if (count === 0) return html`<span class="badge good">Ready</span>`;
  return html`<span class="badge warn">Ready, ${count} warning${count === 1 ? '' : 's'}</span>`;
}

export function loginForm(failure: string, logIn: (token: string) => void): TemplateResult {
  const submit = (event: Event): void => {
    event.preventDefault();
    const token = new FormData(event.target as HTMLFormElement).get('token');
    if (typeof token === 'string' && token.trim() !== '') logIn(token.trim());
  };
  return html`<main id="main" class="login">
    <form class="card" @submit=${submit}>
      <h1 tabindex="-1">hubcast</h1>
      <label>Token
        <input name="token" type="password" autocomplete="off" spellcheck="false" required autofocus aria-describedby="token-help">
      </label>
      <p id="token-help" class="quiet">One of API_TOKENS with the scope events:read. It stays in this tab and never in an address.</p>
      ${failure === '' ? nothing : html`<p role="alert" class="state bad">${failure}</p>`}
      <button>Log in</button>
    </form>
  </main>`;
}

function logOut(): void {
  setToken(null);
  location.reload();
}
