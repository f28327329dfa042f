/** From settings to the replay of dead letters: each goes where the app it was sent to keeps its events. */
import { appsOf } from './config/meta-apps.ts';
import type { StoreSettings } from './config/settings.ts';
import { acceptedAccounts, partyHider } from './open-apps.ts';
import { namingOf } from './open-store.ts';
import { createReplay, type ReplayDeadLetter, type ReplayOptions } from './replay.ts';

export function openReplay(
  settings: StoreSettings,
  options: Pick<ReplayOptions, 'append' | 'knownNumber' | 'onStored'>,
): ReplayDeadLetter {
  const apps = new Map(
    appsOf(settings).map((app) => {
      const accounts = acceptedAccounts(app, settings);
      const naming = { prefix: app.topicPrefix, names: settings.TOPIC_NAMES };
      return [app.name, { naming, ...(accounts === null ? {} : { accounts }) }] as const;
    }),
  );
  const gone = { naming: namingOf(settings) };
  return createReplay({
    ...options,
    appOf: (name) => apps.get(name) ?? gone,
    ...partyHider(settings),
    families: settings.PUBLISH_FAMILIES,
    now: Date.now,
  });
}
