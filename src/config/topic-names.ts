import * as z from 'zod';
import { FAMILY_NAMES, type Family } from '../fields/families.ts';
import { list } from './kinds.ts';

/** Kafka's rule, but for "." and "..", with room for a family behind a prefix: Kafka takes 249 characters. */
export const TOPIC_NAME = /^[A-Za-z0-9._-]{1,200}$/;

export function isFamily(name: string): name is Family {
  return (FAMILY_NAMES as readonly string[]).includes(name);
}

/** `family=topic` between commas. */
export function topicNames() {
  return list().transform((items, context) => {
    const names: Partial<Record<Family, string>> = {};
    for (const item of items) {
      const [name = '', topic = '', ...rest] = item.split('=');
      if (!isFamily(name) || !TOPIC_NAME.test(topic) || rest.length > 0) {
        context.addIssue({
          code: 'custom',
          message: 'is not family=topic between commas, with existing families and valid topic names',
        });
        return z.NEVER;
      }
      const problem =
        topic === '.' || topic === '..'
          ? `names a topic "${topic}", which Kafka refuses`
          : names[name] !== undefined && `names the family ${name} twice`;
      if (problem) {
        context.addIssue({ code: 'custom', message: problem });
        return z.NEVER;
      }
      names[name] = topic;
    }
    return names;
  });
}

/** Two families in one topic would have one retention, and one key for different things. */
export function findSharedTopics(prefix: string, names: Readonly<Partial<Record<Family, string>>>): string[] {
  const byTopic = Map.groupBy(FAMILY_NAMES, (family) => names[family] ?? `${prefix}.${family}`);
  return [...byTopic].flatMap(([topic, families]) =>
    families.length === 1
      ? []
      : [`TOPIC_NAMES puts ${families.join(' and ')} into one topic, ${topic}. Each family needs its own.`],
  );
}
