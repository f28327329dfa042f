/** Times and figures as the page writes them, in one form everywhere. */

/** In UTC, as the log has them: `2026-11-26 23:17:40`. */
export function utc(time: string | null | undefined): string {
  const date = toDate(time);
  return date === null ? '–' : date.toISOString().slice(0, 19).replace('T', ' ');
}

function toDate(time: string | null | undefined): Date | null {
  if (time === null || time === undefined) return null;
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? null : date;
}

export function whole(number: number): string {
  return Math.round(number).toLocaleString('en');
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
