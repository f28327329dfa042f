/** From settings to topics: those of every Meta app, and those that this process writes. */
import { appsOf, type MetaApp } from '../config/meta-apps.ts';
import type { StoreSettings } from '../config/settings.ts';
import { FAMILY_NAMES, type Family } from '../fields/families.ts';
import { planTopics, type TopicNaming, type TopicPlan, topicName } from './topic-plans.ts';

export function namingOf({ topicPrefix }: MetaApp, { TOPIC_NAMES }: StoreSettings): TopicNaming {
  return { prefix: topicPrefix, names: TOPIC_NAMES };
}

/** Each once: apps may share their topics. The first is that of the first app, which is nearly always the only one. */
export function namingsOf(settings: StoreSettings): readonly [TopicNaming, ...TopicNaming[]] {
  const prefixes = new Set(appsOf(settings).map(({ topicPrefix }) => topicPrefix));
  return [...prefixes].map((prefix) => ({ prefix, names: settings.TOPIC_NAMES })) as [TopicNaming, ...TopicNaming[]];
}

/** The topics of a family, of all apps. */
export function topicsOfFamily(settings: StoreSettings, family: Family): readonly string[] {
  return [...new Set(namingsOf(settings).map((naming) => topicName(naming, family)))];
}

/** The topics of all apps. */
export function topicPlansOf(settings: StoreSettings, families: readonly Family[]): readonly TopicPlan[] {
  const plans = namingsOf(settings).flatMap((naming) => planTopics(naming, families));
  return [...new Map(plans.map((plan) => [plan.name, plan])).values()];
}

/** The topics of the families that these settings bring events for. */
export function writtenTopicPlans(settings: StoreSettings): readonly TopicPlan[] {
  const unwritten = new Set<Family>(['raw', ...(mayLead(settings) ? [] : [STATE_FAMILY])]);
  const families = settings.PUBLISH_FAMILIES.filter((family) => !unwritten.has(family));
  // A switch of its own: captures can be had beside any choice of events.
  return topicPlansOf(settings, settings.CAPTURE ? [...families, 'raw'] : families);
}

const STATE_FAMILY: Family = 'phone-number-state';

/** Whether this process may become the one that writes the state of the phone numbers. */
export function mayLead(settings: StoreSettings): boolean {
  const { ROLES: roles, PUBLISH_FAMILIES: families } = settings;
  const readable = appsOf(settings).some(({ accessToken, accounts }) => accessToken !== null && accounts.length > 0);
  return readable && roles.includes('numbers') && families.includes(STATE_FAMILY);
}

/** The dead-letter topic of the app that a topic belongs to; a topic that TOPIC_NAMES gives to all is the first one's. */
export function deadLetterTopicFinder(settings: StoreSettings): (topic: string) => string {
  const namings = namingsOf(settings);
  const byTopic = new Map<string, string>();
  for (const naming of namings) {
    const deadLetters = topicName(naming, 'dead-letter');
    for (const family of FAMILY_NAMES) {
      const topic = topicName(naming, family);
      if (!byTopic.has(topic)) byTopic.set(topic, deadLetters);
    }
  }
  const first = topicName(namings[0], 'dead-letter');
  return (topic) => byTopic.get(topic) ?? first;
}
