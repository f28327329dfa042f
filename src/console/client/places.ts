/** Addresses within the page: `#/<view>`, `#/<view>/<id>`, `#/<view>?<filter>`. */
export const VIEW_NAMES = {
  overview: 'Overview',
  events: 'Events',
  'failed-deliveries': 'Failed deliveries',
  'dead-letters': 'Dead letters',
  numbers: 'Numbers',
  checks: 'Checks',
} as const;
export type ViewName = keyof typeof VIEW_NAMES;

export interface Place {
  readonly view: ViewName;
  readonly id: string | null;
  readonly query: URLSearchParams;
}

/** An address that leads nowhere is the first view. */
export function placeOf(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [name = '', id] = path.split('/', 2);
  const view = Object.hasOwn(VIEW_NAMES, name) ? (name as ViewName) : 'overview';
  return { view, id: id === undefined || id === '' ? null : decode(id), query: new URLSearchParams(query) };
}

/** @param filter members without a text are left out */
export function addressOf(
  view: ViewName,
  id: string | null = null,
  filter: Readonly<Record<string, string>> = {},
): string {
  const query = new URLSearchParams(Object.entries(filter).filter(([, text]) => text !== '')).toString();
  return `#/${view}${id === null ? '' : `/${encodeURIComponent(id)}`}${query === '' ? '' : `?${query}`}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
