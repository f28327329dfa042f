/** From settings to the replay of dead letters: each goes where the app it was sent to keeps its events. */
import { appsOf, MAIN_APP } from '../config/meta-apps.ts';
import type { StoreSettings } from '../config/settings.ts';
import { createReplay, type ReplayDeadLetter, type ReplayOptions } from '../dead-letters/replay.ts';
import type { ReadRecords } from '../records/record.ts';
import { topicName } from '../records/topics.ts';
import { namingOf, namingsOf } from '../stores/select.ts';
import { acceptedAccounts, pseudonymizer } from './webhook-endpoints.ts';

export function openReplay(
  settings: StoreSettings,
  options: Pick<ReplayOptions, 'append' | 'knownNumber' | 'onStored'> & { readonly read: ReadRecords },
): ReplayDeadLetter {
  const { read, ...rest } = options;
  const topics = [...new Set(namingsOf(settings).map((naming) => topicName(naming, 'dead-letter')))];
  const apps = new Map(
    appsOf(settings).map((app) => {
      const accounts = acceptedAccounts(app, settings);
      const naming = { prefix: app.topicPrefix, names: settings.TOPIC_NAMES };
      const ofSeveralApps = app.name !== MAIN_APP;
      return [app.name, { naming, ofSeveralApps, ...(accounts === null ? {} : { accounts }) }] as const;
    }),
  );
  const gone = { naming: namingOf(settings) };
  return createReplay({
    ...rest,
    deadLettersSince: (timestampMs) => read({ topics, from: { timestampMs }, follow: false }),
    appOf: (name) => apps.get(name) ?? gone,
    ...pseudonymizer(settings),
    families: settings.PUBLISH_FAMILIES,
    now: Date.now,
  });
}
