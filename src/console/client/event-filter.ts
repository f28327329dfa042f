/** What the operator asks for, as it stands in the address, in the form and in the question to the service. */
export interface EventFilter {
  readonly type: string;
  readonly account: string;
  /** A number as people write it, or a subject. */
  readonly about: string;
  readonly text: string;
  /** UTC, as times are shown: `2026-11-26 23:17`. */
  readonly from: string;
  readonly to: string;
  readonly delivery: string;
}

const MEMBERS = ['type', 'account', 'about', 'text', 'from', 'to', 'delivery'] as const;

export function filterOf(query: { readonly get: (name: string) => unknown }): EventFilter {
  const text = (name: string): string => {
    const given = query.get(name);
    return typeof given === 'string' ? given.trim() : '';
  };
  return Object.fromEntries(MEMBERS.map((name) => [name, text(name)])) as unknown as EventFilter;
}

/** As a regular expression for the form. */
export const TIME_FORM = String.raw`\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z?)?`;
const WRITTEN_NUMBER = /^[+\d\s().\-/]{5,40}$/;

/** @returns the query for /events, without its page; for /events/stream without times */
export function questionOf(filter: EventFilter, withTimes: boolean): URLSearchParams {
  const { type, account, about, text, delivery } = filter;
  const digits = WRITTEN_NUMBER.test(about) ? about.replace(/\D/g, '').replace(/^00/, '') : '';
  const isNumber = /^\d{5,20}$/.test(digits);
  const members = {
    type,
    account_id: account,
    number: isNumber ? digits : '',
    subject: isNumber ? '' : about,
    text,
    delivery: delivery.toLowerCase(),
    from: withTimes ? isoOf(filter.from) : '',
    to: withTimes ? isoOf(filter.to) : '',
  };
  return new URLSearchParams(Object.entries(members).filter(([, value]) => value !== ''));
}

/** What cannot be read goes to the service as it is, which then says so. */
function isoOf(time: string): string {
  const date = new Date(`${time.replace(' ', 'T').replace(/Z$/, '')}${time.length > 10 ? 'Z' : ''}`);
  return Number.isNaN(date.getTime()) ? time : date.toISOString();
}
