/** What doctor can find, in one table made of the tables of its areas. The findings of a store are in its folder. */
import type { Finding } from '../stores/store-notes.ts';
import { ACCOUNT_FINDINGS } from './findings/accounts.ts';
import { APP_FINDINGS } from './findings/app.ts';
import { CALLBACK_FINDINGS } from './findings/callback.ts';
import { SETTINGS_FINDINGS } from './findings/settings.ts';

export const FINDINGS = {
  ...SETTINGS_FINDINGS,
  ...APP_FINDINGS,
  ...ACCOUNT_FINDINGS,
  ...CALLBACK_FINDINGS,
};

export type FindingCode = keyof typeof FINDINGS;

export interface Skipped {
  readonly check: string;
  readonly reason: string;
}

export interface Report {
  /** ISO 8601. */
  readonly checked_at: string;
  /** The worst first. */
  readonly findings: readonly Finding[];
  readonly skipped: readonly Skipped[];
}
