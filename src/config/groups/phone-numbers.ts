/** Settings of look-ups, watch and management of phone numbers, which call Meta's Graph API. */
import { httpUrl, ID_OF_DIGITS, list, onOff, setting, settingGroup, text, wholeNumber } from '../kinds.ts';

export const phoneNumberSettings = settingGroup('Phone numbers', {
  META_ACCESS_TOKEN: setting(
    text()
      .refine((value) => !/\s/.test(value), 'contains white space')
      .optional(),
    'Token of a system user with whatsapp_business_management. Look-ups of numbers need it',
    { secret: true },
  ),
  WABA_IDS: setting(
    list()
      .refine((ids) => ids.every((id) => ID_OF_DIGITS.test(id)), 'has something else than ids of digits')
      .optional(),
    'The WhatsApp Business Accounts whose numbers are yours',
    { form: 'id, ...' },
  ),
  META_GRAPH_URL: setting(httpUrl().default('https://graph.facebook.com'), 'Base URL of the Graph API'),
  META_GRAPH_VERSION: setting(
    text()
      .regex(/^v\d{1,3}\.\d$/, 'is not a version such as v26.0')
      .default('v26.0'),
    'Version of the Graph API; the messaging limit needs v24.0 or newer',
  ),
  META_GRAPH_TIMEOUT_MS: setting(
    wholeNumber(100, 120_000).default(10_000),
    'Time-out of a Graph call. hubcast tries a read three times',
  ),
  META_APPSECRET_PROOF: setting(
    onOff(true),
    'Send appsecret_proof with each Graph call. Switch it off when META_APP_SECRET belongs to another app than the token',
  ),
  PHONE_NUMBERS_TTL_SECONDS: setting(
    wholeNumber(10, 86_400).default(300),
    'Age after which the next look-up reads a number again. An event about the number, or fresh=true, does so sooner',
  ),
  PHONE_NUMBERS_WATCH_SECONDS: setting(
    wholeNumber(1, 86_400).default(300),
    'Interval at which hubcast checks the numbers of each account for changes. Meta counts each check as a read',
  ),
  MANAGEMENT: setting(
    onOff(false),
    'Allow registering, deregistering and changing numbers, over HTTP (token with the scope manage) and with hubcast numbers. Each operation leaves audit events',
  ),
});
