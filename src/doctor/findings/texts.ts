/** Said in several findings. */
export const SUBSCRIBE = 'Run "hubcast subscribe": it shows what it would set, asks, and sets it.';
export const LOST = 'Meta keeps no history: what is not delivered within 7 days is lost.';
export const APP_PAGE = 'the Meta app, App settings > Basic';

/** A fix as this set-up has to run it: doctor knows the URL it was given, and Meta's is another one or none. */
export function withUrl(fix: string, url: string | null): string {
  if (url === null) return fix;
  const word = /^[\w:/.%-]+$/.test(url) ? url : `'${url.replaceAll("'", '%27')}'`;
  return fix.replace('hubcast subscribe', `hubcast subscribe --url ${word}`);
}
