/**
 * When versions of the Graph API end. Calls to one that has ended are answered by the oldest that lives.
 * https://developers.facebook.com/docs/graph-api/changelog
 */
const ENDS: Readonly<Record<string, string>> = {
  'v20.0': '2026-09-24',
  'v21.0': '2027-01-21',
  'v22.0': '2027-05-20',
  'v23.0': '2027-10-08',
  'v24.0': '2028-02-18',
  'v25.0': '2028-07-29',
};
const OLDEST_KNOWN = 20;

/** The messaging limit, and the member of `business_capability_update` that tells it, are as documented from this one on. */
export const FIRST_WITH_LIMITS = 24;

/** @returns `v24.0` as 24, null when it has another form */
export function versionNumber(version: string): number | null {
  const [, major] = /^v(\d{1,3})\.\d$/.exec(version) ?? [];
  return major === undefined ? null : Number(major);
}

/** @returns ms since 1970; 0 for one that ended before those in the table, null when no end is known */
export function endOfVersion(version: string): number | null {
  const number = versionNumber(version);
  if (number !== null && number < OLDEST_KNOWN) return 0;
  const end = ENDS[version];
  return end === undefined ? null : Date.parse(`${end}T00:00:00Z`);
}
