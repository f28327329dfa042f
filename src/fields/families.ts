/**
 * Families: which topic an event goes to, and how long it is kept there unless the operator says otherwise.
 */
interface FamilyPlan {
  readonly about: string;
  readonly retentionDays: number;
  /** Kept by key, the newest record of each, instead of by age. */
  readonly compacted?: true;
}

export const FAMILIES = {
  'phone-numbers': { about: 'Names, quality, limits and security of your phone numbers', retentionDays: 30 },
  accounts: {
    about: 'WhatsApp Business Accounts: reviews, restrictions, alerts, capabilities, partners',
    retentionDays: 30,
  },
  templates: { about: 'Message templates: status, quality, category, components', retentionDays: 30 },
  messages: { about: 'Messages from people, and echoes of those sent elsewhere', retentionDays: 7 },
  'message-statuses': { about: 'Sent, delivered, read, failed, played', retentionDays: 30 },
  calls: { about: 'Calls and their statuses', retentionDays: 30 },
  groups: { about: 'Group life cycle, participants, settings', retentionDays: 30 },
  flows: { about: 'WhatsApp Flows: status and endpoint health', retentionDays: 30 },
  contacts: { about: 'Preferences and contact synchronisation', retentionDays: 30 },
  history: { about: 'Chat history of Business app numbers', retentionDays: 30 },
  unknown: { about: 'What Meta sends and this version does not know', retentionDays: 30 },
  'dead-letter': { about: 'What could not be read, split, typed or stored as it is', retentionDays: 14 },
  'phone-number-state': { about: 'The current state of each phone number', retentionDays: 30, compacted: true },
  raw: { about: 'Captured requests, byte for byte; only with CAPTURE=on', retentionDays: 1 },
} as const satisfies Record<string, FamilyPlan>;

export type Family = keyof typeof FAMILIES;

export const FAMILY_NAMES = Object.keys(FAMILIES) as readonly Family[];

export function familyPlan(family: Family): FamilyPlan {
  return FAMILIES[family];
}
