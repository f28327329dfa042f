/** Times as commands take them. */
import { InvalidArgumentError } from 'commander';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** @returns ms since 1970 of a time such as 2026-11-22T10:00:00Z, or of an age such as 15m, 2h or 3d; null for neither */
export function toTimeMs(text: string): number | null {
  const [, amount, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (amount !== undefined && unit !== undefined) return Date.now() - Number(amount) * (UNIT_MS[unit] as number);
  const timestampMs = Date.parse(text);
  return Number.isNaN(timestampMs) ? null : timestampMs;
}

export function parseTime(text: string): number {
  const timestampMs = toTimeMs(text);
  if (timestampMs === null)
    throw new InvalidArgumentError('Use a time (2026-11-22T10:00:00Z) or an age (15m, 2h, 3d).');
  return timestampMs;
}
