/** Meta's review of display names: decided by the test, or after a time. */
import { digitsOf, type StandInNumberState } from './state.ts';
import type { createWebhooks } from './webhooks.ts';

export type NameDecision = 'APPROVED' | 'REJECTED';

/** @param approveAfterMs requested names are approved after this time; undefined leaves them to `decide` */
export function createNameReviews(approveAfterMs: number | undefined, webhooks: ReturnType<typeof createWebhooks>) {
  const timers = new Set<NodeJS.Timeout>();

  function decide(number: StandInNumberState, decision: NameDecision, reason?: string): void {
    const { members } = number;
    const name = members.new_display_name ?? members.verified_name;
    const approved = decision === 'APPROVED';
    // The first name has no new one beside it: its own status tells the decision.
    const declined = members.new_display_name === undefined ? 'name_status' : 'new_name_status';
    Object.assign(
      members,
      approved
        ? { verified_name: name, name_status: 'APPROVED', new_display_name: undefined, new_name_status: 'NONE' }
        : { [declined]: 'DECLINED' },
    );
    webhooks.send(number, 'phone_number_name_update', {
      display_phone_number: digitsOf(number),
      decision,
      requested_verified_name: name,
      rejection_reason: approved ? null : (reason ?? 'NAME_FORMAT_UNACCEPTABLE'),
    });
  }

  return {
    decide,
    requested(number: StandInNumberState): void {
      if (approveAfterMs === undefined) return;
      const timer = setTimeout(() => {
        timers.delete(timer);
        if (number.members.new_name_status === 'PENDING_REVIEW') decide(number, 'APPROVED');
      }, approveAfterMs);
      timers.add(timer);
    },
    close(): void {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
