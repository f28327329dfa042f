/** What `hubcast doctor` can find, and what the check of a store writes its findings into. */
export type Severity = 'error' | 'warning' | 'info';

export interface FindingKind {
  readonly severity: Severity;
  readonly why: string;
  readonly fix: string;
}

export interface Finding extends FindingKind {
  readonly code: string;
  readonly what: string;
}

export interface StoreNotes {
  /** Called before a check begins, for people who wait. */
  readonly begin: (check: string) => void;
  readonly report: (finding: Finding) => void;
  readonly skip: (check: string, reason: string) => void;
}
