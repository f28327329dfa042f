import type { Finding, Severity, StoreNotes } from '../stores/store-notes.ts';
import { withUrl } from './findings/texts.ts';
import { FINDINGS, type FindingCode, type Report, type Skipped } from './findings.ts';

/** What checks write down as they go. */
export interface Notes extends StoreNotes {
  readonly find: (code: FindingCode, what: string) => void;
}

const ORDER: readonly Severity[] = ['error', 'warning', 'info'];

/**
 * @param clean takes secrets out of what brokers and Meta said
 * @param url the public URL that doctor was given
 */
export function createNotes(
  begin: (check: string) => void,
  clean: (text: string) => string,
  url: string | null = null,
) {
  const findings: Finding[] = [];
  const skipped: Skipped[] = [];
  const report = (finding: Finding) => void findings.push({ ...finding, what: clean(finding.what) });
  const notes: Notes = {
    begin,
    report,
    find: (code, what) => report({ code, ...FINDINGS[code], what, fix: withUrl(FINDINGS[code].fix, url) }),
    skip: (check, reason) => skipped.push({ check, reason: clean(reason) }),
  };
  const toReport = (nowMs: number): Report => ({
    checked_at: new Date(nowMs).toISOString(),
    findings: ORDER.flatMap((severity) => findings.filter((finding) => finding.severity === severity)),
    skipped,
  });
  return { notes, report: toReport };
}
