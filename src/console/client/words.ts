/** Times and figures as people read them, in the language of the browser. */
const CLOCK = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium', hourCycle: 'h23' });
const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const RELATIVE = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });

export function clock(time: string | null | undefined): string {
  const date = toDate(time);
  return date === null ? '–' : CLOCK.format(date);
}

export function dateAndTime(time: string | null | undefined): string {
  const date = toDate(time);
  return date === null ? '–' : DAY.format(date);
}

export function ago(time: string | null | undefined): string {
  const date = toDate(time);
  if (date === null) return '–';
  const seconds = Math.round((date.getTime() - Date.now()) / 1000);
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return RELATIVE.format(Math.trunc(seconds / size), unit);
  }
  return RELATIVE.format(seconds, 'second');
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

function toDate(time: string | null | undefined): Date | null {
  if (time === null || time === undefined) return null;
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? null : date;
}

export function whole(number: number): string {
  return Math.round(number).toLocaleString();
}

export function bytes(count: number): string {
  return count < 1024
    ? `${count} B`
    : count < 1024 ** 2
      ? `${whole(count / 1024)} kB`
      : `${(count / 1024 ** 2).toFixed(1)} MB`;
}

/** `whatsapp.messages.status` without what all have in common. */
export function shortType(type: string): string {
  return type.replace(/^whatsapp\./, '');
}
