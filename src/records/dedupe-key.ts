import { hash } from 'node:crypto';

/**
 * Events of different Meta apps with the same content have the same id, and both are stored: a repetition is one within
 * its app. These ids are internal; the journal keeps them for eight days.
 */
export function dedupeKeyOf(app: string, id: string): string {
  return hash('sha256', `${app}\n${id}`, 'hex').slice(0, 32);
}
