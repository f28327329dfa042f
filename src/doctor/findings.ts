/** Everything doctor can find, in one table made of the tables of its areas. */
import { ACCOUNT_FINDINGS } from './findings/accounts.ts';
import { APP_FINDINGS } from './findings/app.ts';
import { CALLBACK_FINDINGS } from './findings/callback.ts';
import type { Severity } from './findings/kind.ts';
import { SETTINGS_FINDINGS } from './findings/settings.ts';
import { STORE_FINDINGS } from './findings/stores.ts';

export type { Severity };

export const FINDINGS = {
  ...SETTINGS_FINDINGS,
  ...APP_FINDINGS,
  ...ACCOUNT_FINDINGS,
  ...CALLBACK_FINDINGS,
  ...STORE_FINDINGS,
};

export type FindingCode = keyof typeof FINDINGS;

export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

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
