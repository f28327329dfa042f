/** The last line of defence: takes the secrets of the settings out of every text that leaves the process. */
import { appsOf } from './meta-apps.ts';
import { type SettingName, type StoreSettings, settingRows } from './settings.ts';

/** Shorter ones would blot out half of every line; no real secret is that short. */
const SHORTEST = 8;
export const REDACTED = '[secret]';

const SECRET_NAMES: readonly SettingName[] = settingRows()
  .filter(({ secret }) => secret)
  .map(({ name }) => name);
/** Credentials that libraries read from the environment by themselves: the signer for MSK. */
const OF_LIBRARIES = ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];

/** Every secret as it may stand in a text: also escaped as JSON does, and as in a URL. API tokens are kept as digests alone. */
export function secretTexts(settings: StoreSettings, env: Readonly<Record<string, string | undefined>>): string[] {
  const texts = new Set<string>();
  const add = (value: unknown) => {
    if (typeof value !== 'string' || value.length < SHORTEST) return;
    texts.add(value).add(JSON.stringify(value).slice(1, -1)).add(encodeURIComponent(value));
    // The lines of a PEM.
    for (const line of value.split('\n')) if (line.length >= 32 && !line.startsWith('-----')) texts.add(line);
  };
  for (const name of SECRET_NAMES) {
    const value = settings[name];
    for (const one of Array.isArray(value) ? value : [value]) add(one);
  }
  for (const { secrets, verifyToken, accessToken } of appsOf(settings)) {
    for (const one of [...secrets, verifyToken, accessToken]) add(one);
  }
  for (const name of OF_LIBRARIES) add(env[name]);
  // The longest first: one may contain another.
  return [...texts].sort((one, other) => other.length - one.length);
}

/** @param settings asked each time; its secrets are looked up again when it is another object */
export function createScrubber(
  settings: () => StoreSettings,
  env: Readonly<Record<string, string | undefined>>,
): (text: string) => string {
  let from: StoreSettings | undefined;
  let texts: string[] = [];
  return (text) => {
    const now = settings();
    if (now !== from) {
      from = now;
      // What was replaced a moment ago may still be on its way.
      texts = [...new Set([...secretTexts(now, env), ...texts])].slice(0, MAX_TEXTS);
    }
    let clean = text;
    for (const secret of texts) if (clean.includes(secret)) clean = clean.replaceAll(secret, REDACTED);
    return clean;
  };
}

const MAX_TEXTS = 1000;
