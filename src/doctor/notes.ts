import { FINDINGS, type Finding, type FindingCode, type Report, type Severity, type Skipped } from './findings.ts';

/** What checks write down as they go. */
export interface Notes {
  /** Said before a check begins, for people who wait. */
  readonly begin: (check: string) => void;
  readonly find: (code: FindingCode, what: string) => void;
  readonly skip: (check: string, reason: string) => void;
}

const ORDER: readonly Severity[] = ['error', 'warning', 'info'];

/** @param clean takes secrets out of what brokers and Meta said */
export function createNotes(begin: (check: string) => void, clean: (text: string) => string) {
  const findings: Finding[] = [];
  const skipped: Skipped[] = [];
  const notes: Notes = {
    begin,
    find: (code, what) => findings.push({ code, ...FINDINGS[code], what: clean(what) }),
    skip: (check, reason) => skipped.push({ check, reason: clean(reason) }),
  };
  const report = (nowMs: number): Report => ({
    checked_at: new Date(nowMs).toISOString(),
    findings: ORDER.flatMap((severity) => findings.filter((finding) => finding.severity === severity)),
    skipped,
  });
  return { notes, report };
}
