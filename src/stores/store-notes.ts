/** The type of a finding of `hubcast doctor`, and the collector that a store's check writes to. */
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
  /** Called before a check begins, to show progress. */
  readonly begin: (check: string) => void;
  readonly report: (finding: Finding) => void;
  readonly skip: (check: string, reason: string) => void;
}
