/** The form above the list of events. It asks when it is sent; what is being typed stays as it is meanwhile. */
import { html, type TemplateResult } from 'lit-html';
import { type EventFilter, filterOf, TIME_FORM } from './event-filter.ts';
import { addressOf } from './places.ts';
import { shortType } from './words.ts';

export function filterForm(
  filter: EventFilter,
  types: readonly string[],
  search: (filter: EventFilter) => void,
): TemplateResult {
  const submit = (event: Event): void => {
    event.preventDefault();
    search(filterOf(new FormData(event.target as HTMLFormElement)));
  };
  const time = (label: string, name: 'from' | 'to'): TemplateResult => html`<label>${label}
    <input name=${name} .value=${filter[name]} placeholder="2026-11-26 23:17" pattern=${TIME_FORM} title="A time in UTC, as 2026-11-26 23:17" autocomplete="off">
  </label>`;
  // A type of another version may be asked for by its address.
  const all = filter.type === '' || types.includes(filter.type) ? types : [filter.type, ...types];
  return html`<form class="filters" role="search" aria-label="Events" @submit=${submit}>
    <label>Contains
      <input name="text" type="search" .value=${filter.text} maxlength="200" autocomplete="off">
    </label>
    <label>Number or subject
      <input name="about" type="search" .value=${filter.about} maxlength="300" autocomplete="off">
    </label>
    <label>Type
      <select name="type">
        <option value="" ?selected=${filter.type === ''}>all</option>
        ${all.map((type) => html`<option value=${type} ?selected=${type === filter.type}>${shortType(type)}</option>`)}
      </select>
    </label>
    <label>Account
      <input name="account" type="search" .value=${filter.account} pattern="\\d{1,20}" title="The id of an account: digits" autocomplete="off">
    </label>
    ${time('From (UTC)', 'from')} ${time('To (UTC)', 'to')}
    <label>Delivery id
      <input name="delivery" type="search" .value=${filter.delivery} pattern="[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}" title="The delivery id of a log line or an event: a UUID" autocomplete="off">
    </label>
    <div class="buttons">
      <button>Search</button>
      ${Object.values(filter).every((text) => text === '') ? '' : html`<a href=${addressOf('events')}>Clear</a>`}
    </div>
  </form>`;
}
