/** Settings and values that had another name. They are refused with the new one: to ignore them would change what the service does. */

/** Old name to new name; the `_FILE` forms follow. */
export const RENAMED_SETTINGS: Readonly<Record<string, string>> = {
  KAFKA_REMEMBERED_IDS: 'KAFKA_DEDUPE_IDS',
  PARTY_KEY_SECRET: 'KEY_PSEUDONYM_SECRET',
};

/** Setting to old value to new value. */
export const RENAMED_VALUES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ACCEPT_ACCOUNTS: { 'set-aside': 'quarantine' },
};

export function isRenamed(given: string): boolean {
  return RENAMED_SETTINGS[given.replace(/_FILE$/, '')] !== undefined;
}

/** @returns one sentence for each old name that is given */
export function findRenamed(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(RENAMED_SETTINGS).flatMap(([before, now]) =>
    ['', '_FILE']
      .filter((end) => env[before + end] !== undefined)
      .map((end) => `${before}${end} is now ${now}${end}. Rename it; its value stays as it is.`),
  );
}
