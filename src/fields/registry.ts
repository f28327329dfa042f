/** All fields hubcast knows: the one list from which topics, types, schemas, tables and samples derive. */
import { accountAlerts } from './accounts/account-alerts.ts';
import { accountReviewUpdate } from './accounts/account-review-update.ts';
import { accountSettingsUpdate } from './accounts/account-settings-update.ts';
import { accountUpdate } from './accounts/account-update.ts';
import { businessCapabilityUpdate } from './accounts/business-capability-update.ts';
import { partnerSolutions } from './accounts/partner-solutions.ts';
import { paymentConfigurationUpdate } from './accounts/payment-configuration-update.ts';
import { calls } from './calls/calls.ts';
import { smbAppStateSync } from './contacts/smb-app-state-sync.ts';
import { userIdUpdate } from './contacts/user-id-update.ts';
import { userPreferences } from './contacts/user-preferences.ts';
import type { Family } from './families.ts';
import type { AnyEvent, AnyField } from './field.ts';
import { flows } from './flows/flows.ts';
import {
  groupLifecycleUpdate,
  groupParticipantsUpdate,
  groupParticipantUpdate,
  groupSettingsUpdate,
  groupStatusUpdate,
} from './groups/group-updates.ts';
import { history } from './history/history.ts';
import { automaticEvents } from './messages/automatic-events.ts';
import { messageEchoes, smbMessageEchoes } from './messages/echoes.ts';
import { messages } from './messages/messages.ts';
import { messagingHandovers } from './messages/messaging-handovers.ts';
import { standby } from './messages/standby.ts';
import { trackingEvents } from './messages/tracking-events.ts';
import {
  businessStatusUpdate,
  campaignStatusUpdate,
  consumerProfile,
  templatePerformanceMetrics,
  webAppDataSync,
  webMessageEchoes,
} from './open-fields.ts';
import { businessUsernameUpdate, businessUsernameUpdates } from './phone-numbers/business-username-updates.ts';
import { phoneNumberNameUpdate } from './phone-numbers/phone-number-name-update.ts';
import { phoneNumberQualityUpdate } from './phone-numbers/phone-number-quality-update.ts';
import { security } from './phone-numbers/security.ts';
import { messageTemplateComponentsUpdate } from './templates/message-template-components-update.ts';
import { messageTemplateQualityUpdate } from './templates/message-template-quality-update.ts';
import { messageTemplateStatusUpdate } from './templates/message-template-status-update.ts';
import { templateCategoryUpdate } from './templates/template-category-update.ts';
import { templateCorrectCategoryDetection } from './templates/template-correct-category-detection.ts';

export const FIELDS = [
  phoneNumberNameUpdate,
  phoneNumberQualityUpdate,
  security,
  businessUsernameUpdates,
  businessUsernameUpdate,
  accountUpdate,
  accountAlerts,
  accountReviewUpdate,
  accountSettingsUpdate,
  businessCapabilityUpdate,
  businessStatusUpdate,
  partnerSolutions,
  paymentConfigurationUpdate,
  campaignStatusUpdate,
  messageTemplateStatusUpdate,
  messageTemplateQualityUpdate,
  messageTemplateComponentsUpdate,
  templateCategoryUpdate,
  templateCorrectCategoryDetection,
  templatePerformanceMetrics,
  messages,
  smbMessageEchoes,
  messageEchoes,
  webMessageEchoes,
  messagingHandovers,
  standby,
  automaticEvents,
  trackingEvents,
  calls,
  groupLifecycleUpdate,
  groupParticipantsUpdate,
  groupParticipantUpdate,
  groupSettingsUpdate,
  groupStatusUpdate,
  flows,
  userPreferences,
  smbAppStateSync,
  userIdUpdate,
  consumerProfile,
  webAppDataSync,
  history,
] as const;

const BY_NAME: ReadonlyMap<string, AnyField> = new Map(FIELDS.map((entry) => [entry.name, entry as AnyField]));

export function findField(name: string): AnyField | undefined {
  return BY_NAME.get(name);
}

export function allFields(): readonly AnyField[] {
  return FIELDS as readonly AnyField[];
}

/** Every event of every field, with the family its topic is named after. */
export function allEvents(): readonly {
  readonly field: AnyField;
  readonly event: AnyEvent;
  readonly family: Family;
}[] {
  return allFields().flatMap((field) =>
    field.events.map((event) => ({ field, event, family: event.family ?? field.family })),
  );
}
