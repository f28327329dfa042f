/** Numbers of the WhatsApp Business app that are not connected to the Cloud API: Meta refuses to register them. */

/** What there is to do with them. */
export const CONNECT_APP_NUMBER =
  'Connect it by Embedded Signup (coexistence): then it is used in the app and by the Cloud API. Or delete its account in the app, then verify and register it.';

/**
 * `certain` by `is_on_biz_app`. `possible` where Meta shows ON_PREMISE: it does so for numbers of the app as well as for those
 * of the On-Premises API, which ended in October 2025. Null for all others.
 */
export function appNumberOf(number: {
  readonly is_on_biz_app?: unknown;
  readonly platform_type?: unknown;
}): 'certain' | 'possible' | null {
  if (number.platform_type === 'CLOUD_API') return null;
  if (number.is_on_biz_app === true) return 'certain';
  return number.platform_type === 'ON_PREMISE' ? 'possible' : null;
}
