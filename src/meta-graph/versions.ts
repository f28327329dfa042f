/**
 * End dates of the versions of the Graph API. Meta answers calls to an ended version with the oldest supported one.
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

/** From this version on the messaging limit and its member of `business_capability_update` match the documentation. */
export const FIRST_WITH_LIMITS = 24;

/** @returns 24 for `v24.0`; null for another form */
export function versionNumber(version: string): number | null {
  const [, major] = /^v(\d{1,3})\.\d$/.exec(version) ?? [];
  return major === undefined ? null : Number(major);
}

/** @returns ms since 1970; 0 for a version older than the table, null if no end is known */
export function endOfVersion(version: string): number | null {
  const number = versionNumber(version);
  if (number !== null && number < OLDEST_KNOWN) return 0;
  const end = ENDS[version];
  return end === undefined ? null : Date.parse(`${end}T00:00:00Z`);
}
