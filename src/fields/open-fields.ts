/** Fields Meta has without a documented shape: known by name, open in value. */
import { openField } from './open-field.ts';

export const businessStatusUpdate = openField(
  'business_status_update',
  'accounts',
  'The status of a business changed.',
  null,
);
export const consumerProfile = openField('consumer_profile', 'contacts', 'Known by name only.', null);
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
