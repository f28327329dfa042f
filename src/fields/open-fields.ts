/** Fields Meta has without a documented shape: known by name, open in value. */
import { openField } from './open-field.ts';
import { referencePage } from './values.ts';

export const businessStatusUpdate = openField(
  'business_status_update',
  'accounts',
  'The status of a business changed.',
  null,
);
export const consumerProfile = openField('consumer_profile', 'contacts', 'Known by name only.', null);
export const messageEchoes = openField('message_echoes', 'messages', 'Echoes of messages sent elsewhere.', null);
export const messagingHandovers = openField(
  'messaging_handovers',
  'messages',
  'Control of a chat was passed to another app, or taken.',
  referencePage('messaging_handovers'),
);
export const standby = openField(
  'standby',
  'messages',
  'What happens in a chat while another app controls it.',
  referencePage('standby'),
);
export const userIdUpdate = openField(
  'user_id_update',
  'contacts',
  "A person's business-scoped id changed; withdrawn from Meta's pages in August 2026.",
  null,
);
export const campaignStatusUpdate = openField(
  'campaign_status_update',
  'accounts',
  'The status of a campaign; an older name.',
  null,
);
export const templatePerformanceMetrics = openField(
  'template_performance_metrics',
  'templates',
  'How a template performs; an older name.',
  null,
);
export const webAppDataSync = openField('web_app_data_sync', 'contacts', 'Data of the web app; an older name.', null);
export const webMessageEchoes = openField(
  'web_message_echoes',
  'messages',
  'Echoes of messages sent from the web; an older name.',
  null,
);
