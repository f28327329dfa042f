/** Wires the replay of dead letters from the settings: each is stored in the topics of the app that received it. */
import { appsOf, type MetaApp } from '../config/meta-apps.ts';
import type { StoreSettings } from '../config/settings.ts';
import {
  type AppOfDeadLetter,
  createReplay,
  type ReplayDeadLetter,
  type ReplayOptions,
} from '../dead-letters/replay.ts';
import { createAcceptance } from '../events/acceptance.ts';
import { topicsOfFamily } from '../records/planned-topics.ts';
import type { ReadRecords } from '../records/record.ts';
import { storingOptions } from './endpoints.ts';

export function openReplay(
  settings: StoreSettings,
  options: Pick<ReplayOptions, 'append' | 'knownNumber' | 'onStored'> & { readonly read: ReadRecords },
): ReplayDeadLetter {
  const { read, ...rest } = options;
  const topics = topicsOfFamily(settings, 'dead-letter');
  const apps = appsOf(settings);
  const byName = new Map(apps.map((app) => [app.name, toReplayed(app, settings)] as const));
  // An app that is gone may have had other accounts: everything of it is accepted.
  const gone = { ...toReplayed(apps[0], { ...settings, ACCEPT_ACCOUNTS: 'all' }), ofSeveralApps: false };
  return createReplay({
    ...rest,
    deadLettersSince: (timestampMs) => read({ topics, from: { timestampMs }, follow: false }),
    appOf: (name) => byName.get(name) ?? gone,
    now: Date.now,
  });
}

function toReplayed(app: MetaApp, settings: StoreSettings): AppOfDeadLetter {
  const options = storingOptions(app, settings);
  return { ...options, accept: createAcceptance(options) };
}
