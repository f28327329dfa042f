/** How bad a finding is, why it matters, and what to do where nothing more exact is known. */
export type Severity = 'error' | 'warning' | 'info';

export interface FindingKind {
  readonly severity: Severity;
  readonly why: string;
  readonly fix: string;
}

export const SUBSCRIBE = 'Run "hubcast subscribe": it shows what it would set, and sets it.';
export const LOST = 'Meta keeps no history: what is not delivered within 7 days is lost.';
export const APP_PAGE = 'the Meta app, App settings > Basic';
