import { graphError, type StandInAnswer } from './graph-replies.ts';

/** As `X-Business-Use-Case-Usage` says it: percentages, and minutes until calls are taken again. */
export interface Usage {
  readonly call_count: number;
  readonly total_cputime?: number;
  readonly total_time?: number;
  readonly estimated_time_to_regain_access?: number;
}

const HOUR_MS = 3_600_000;

/** Meta's count of calls: per account in a moving hour, told in headers, refused with 80008 when used up. */
export function createUsage(callsPerHour: number, now: () => number) {
  const calls = new Map<string, number[]>();
  const fixed = new Map<string, Usage>();
  let app: Usage = { call_count: 0, total_time: 0, total_cputime: 0 };

  function usageOf(accountId: string): Usage {
    const set = fixed.get(accountId);
    if (set !== undefined) return set;
    const lately = (calls.get(accountId) ?? []).filter((timeMs) => now() - timeMs < HOUR_MS);
    calls.set(accountId, lately);
    return { call_count: Math.min(100, Math.floor((lately.length / callsPerHour) * 100)) };
  }

  return {
    setAccount(accountId: string, usage: Usage | null): void {
      if (usage === null) fixed.delete(accountId);
      else fixed.set(accountId, usage);
    },
    setApp(usage: Usage): void {
      app = usage;
    },
    /** @returns the refusal when the account has used up its calls */
    count(accountId: string): StandInAnswer | null {
      const used = usageOf(accountId).call_count >= 100;
      calls.set(accountId, [...(calls.get(accountId) ?? []), now()]);
      return used
        ? graphError(80008, 'There have been too many calls to this WhatsApp Business account.', { transient: true })
        : null;
    },
    /** @param accountId null where the call was about nothing of ours: those replies carry the app's usage alone */
    headers(accountId: string | null): Record<string, string> {
      const headers: Record<string, string> = { 'X-App-Usage': JSON.stringify(app) };
      if (accountId === null) return headers;
      const usage = {
        type: 'whatsapp_business_management',
        total_cputime: 0,
        total_time: 0,
        estimated_time_to_regain_access: 0,
        ...usageOf(accountId),
      };
      headers['X-Business-Use-Case-Usage'] = JSON.stringify({ [accountId]: [usage] });
      return headers;
    },
  };
}
