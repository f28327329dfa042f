/** Your phone numbers: how each is doing, in plain words, and what to do. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { askJson } from './api.ts';
import type { Loaded, Session, View } from './session.ts';
import type { HealthAnswer, NumberHealth } from './shapes.ts';
import { utc, whole } from './words.ts';

export function createNumbersView(session: Session): View {
  let loaded: Loaded<HealthAnswer> = null;
  async function load(): Promise<void> {
    loaded = null;
    session.redraw();
    loaded = await session.load(() => askJson<HealthAnswer>('/phone-numbers/health'));
    session.redraw();
  }
  return {
    enter() {
      if (loaded === null || 'failure' in loaded) void load();
    },
    body: () => html`
      <div class="bar"><h1 tabindex="-1">Numbers</h1><button type="button" @click=${load}>Refresh</button></div>
      ${list(loaded)}`,
  };
}

function list(loaded: Loaded<HealthAnswer>): TemplateResult {
  if (loaded === null) return html`<p class="card quiet">Loading …</p>`;
  if ('failure' in loaded) {
    return html`<p class="card state warn" role="alert">${loaded.failure}
      <span class="quiet">Set META_ACCESS_TOKEN and WABA_IDS to see your numbers.</span></p>`;
  }
  const { summary, data } = loaded.answer;
  if (data.length === 0) return html`<p class="card quiet">No numbers in the accounts of WABA_IDS.</p>`;
  return html`
    <dl class="tiles">
      ${Object.entries(summary).map(([state, count]) => (count === 0 ? nothing : html`<div class="tile ${levelOf(state)}"><dt>${words(state)}</dt><dd>${count}</dd></div>`))}
    </dl>
    <ul class="cards">${data.toSorted(worstFirst).map(card)}</ul>`;
}

function card({
  display_phone_number,
  verified_name,
  account_id,
  phone_number_id,
  fetched_at,
  stale,
  health,
}: NumberHealth): TemplateResult {
  const { quality, limit, state, reasons, sandbox } = health;
  const said = reasons.filter(({ level }) => level !== 'ok');
  const level = levelOfNumber(health);
  return html`<li class="card state ${level}">
    <div class="bar">
      <h2>${display_phone_number ?? phone_number_id}</h2>
      <span class="badge ${level}">${words(state)}${isRed(health) && state !== 'blocked' ? ', quality RED' : ''}</span>
    </div>
    <p>${verified_name ?? 'without a name'}${sandbox ? ' (Meta’s test number)' : ''}</p>
    <dl class="reading">
      <dt>Quality</dt><dd>${qualityWords(quality.rating)}</dd>
      <dt>Limit</dt><dd>${limitWords(limit)}</dd>
      <dt>Account</dt><dd>${account_id ?? 'unknown'}</dd>
      <dt>Number id</dt><dd>${phone_number_id}</dd>
      <dt>Looked up</dt><dd>${utc(fetched_at)}${stale ? ', may be out of date' : ''}</dd>
    </dl>
    ${said.length === 0 ? nothing : html`<ul class="reasons">${said.map(({ about, todo, level }) => html`<li class=${levelOf(level)}>${about} ${todo === '' ? nothing : html`<strong>${todo}</strong>`}</li>`)}</ul>`}
  </li>`;
}

const QUALITY_WORDS: Readonly<Record<string, string>> = {
  GREEN: 'high (GREEN)',
  YELLOW: 'medium (YELLOW)',
  RED: 'low (RED)',
  UNKNOWN: 'not rated yet (UNKNOWN)',
};

function qualityWords(rating: string | null): string {
  return rating === null ? 'unknown' : (QUALITY_WORDS[rating] ?? rating);
}

function limitWords(limit: NumberHealth['health']['limit']): string {
  if (limit === null) return 'unknown';
  if (limit.unlimited) return 'no limit on new conversations';
  const { unique_recipients_per_day: people } = limit;
  return people === null || people === undefined ? 'unknown' : `${whole(people)} people a day, for the portfolio`;
}

const LEVELS: Readonly<Record<string, string>> = { ok: 'good', warn: 'warn', blocked: 'bad' };
const ORDER = ['blocked', 'warn', 'setting_up', 'unknown', 'ok'];

function levelOf(state: string): string {
  return LEVELS[state] ?? '';
}

const WORDS: Readonly<Record<string, string>> = {
  ok: 'fine',
  warn: 'needs attention',
  blocked: 'cannot send',
  setting_up: 'being set up',
  unknown: 'not known',
};

function words(state: string): string {
  return WORDS[state] ?? state;
}

/** As the alert HubcastNumberInTrouble counts: RED or blocked. */
function levelOfNumber(health: NumberHealth['health']): string {
  return isRed(health) ? 'bad' : levelOf(health.state);
}

function isRed({ quality }: NumberHealth['health']): boolean {
  return quality.rating === 'RED';
}

function worstFirst(one: NumberHealth, other: NumberHealth): number {
  const rank = ({ health }: NumberHealth): number =>
    health.state === 'blocked' ? -2 : isRed(health) ? -1 : ORDER.indexOf(health.state);
  return rank(one) - rank(other);
}
