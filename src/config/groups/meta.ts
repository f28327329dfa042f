/** Settings of the Meta app, or of several. */
import { ID_OF_DIGITS, oneOf, secretList, setting, settingGroup, text } from '../kinds.ts';
import { META_APPS_FORM, metaApps } from '../meta-apps.ts';

export const metaSettings = settingGroup('Meta', {
  META_APP_SECRET: setting(
    secretList(),
    'App Secret of the Meta app (App settings > Basic). During a rotation give both, separated by a comma',
    { secret: true },
  ),
  META_VERIFY_TOKEN: setting(
    text().refine((value) => value === value.trim(), 'begins or ends with white space'),
    'The verify token entered in the Meta app (WhatsApp > Configuration)',
    { secret: true },
  ),
  META_APP_ID: setting(
    text().regex(ID_OF_DIGITS, 'is not an id of digits').optional(),
    'Id of the Meta app (App settings > Basic)',
  ),
  META_APPS: setting(
    metaApps().optional(),
    'Several Meta apps, each on /webhook/<name>. It replaces META_APP_SECRET, META_VERIFY_TOKEN, META_APP_ID, META_ACCESS_TOKEN and WABA_IDS',
    { secret: true, form: META_APPS_FORM },
  ),
  ACCEPT_ACCOUNTS: setting(
    oneOf(['all', 'quarantine', 'drop']).default('all'),
    'What to do with events of accounts outside WABA_IDS (with META_APPS: outside accounts of the app). all stores them like others, quarantine sends them to the unknown topic, drop only counts them. Events that name no account are always stored',
  ),
});
