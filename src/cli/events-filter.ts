/** From the options of `hubcast events` to topics and types that exist, with hints for misspelt ones. */
import { closest, distance } from 'fastest-levenshtein';
import { HubcastError } from '../core/errors.ts';
import { typeOfEvent, UNKNOWN_TYPE } from '../events/event.ts';
import { systemEvents } from '../events/system-events.ts';
import { FAMILY_NAMES, type Family } from '../fields/families.ts';
import { allEvents } from '../fields/registry.ts';
import { type TopicNaming, topicName } from '../records/topic-plans.ts';

/**
 * @param asked names of topics or of families
 * @param stored asked only for names that are neither
 * @throws HubcastError `usage` for a topic that cannot be meant
 */
export async function resolveTopics(
  asked: readonly string[],
  namings: readonly TopicNaming[],
  stored: () => Promise<readonly string[]>,
): Promise<string[]> {
  const named = (family: Family) => namings.map((naming) => topicName(naming, family));
  const planned = FAMILY_NAMES.flatMap(named);
  const names = [...new Set(asked.flatMap((name) => (isFamily(name) ? named(name) : [name])))];
  const unplanned = names.filter((name) => !planned.includes(name));
  if (unplanned.length === 0) return names;
  const existing = await stored();
  for (const name of unplanned) {
    if (existing.includes(name)) continue;
    const hint = nearest(name, [...FAMILY_NAMES, ...planned, ...existing]);
    throw new HubcastError(
      'usage',
      `There is no topic "${name}" in the store, and hubcast would not create one.${hint} "hubcast describe topics" lists topics and families.`,
    );
  }
  return names;
}

/** Types as in `ce_type`; the prefix "whatsapp." may be omitted. */
export function toTypes(asked: readonly string[]): ReadonlySet<string> {
  return new Set(asked.map((type) => (type.startsWith(PREFIX) ? type : `${PREFIX}${type}`)));
}

/** @returns a line for each type that no event of this version has; a field that it does not know may have such a type */
export function doubtsAbout(types: ReadonlySet<string>): string[] {
  const ofFields = allEvents().map(({ field, event }) => typeOfEvent(field, event));
  const known = [...ofFields, UNKNOWN_TYPE, ...systemEvents().map(({ type }) => type)];
  return [...types]
    .filter((type) => !known.includes(type))
    .map((type) => {
      return `No event type of this version is named ${type}.${nearest(type, known)} Only a field that is new to this version could have this type.`;
    });
}

const PREFIX = 'whatsapp.';

function nearest(name: string, known: readonly string[]): string {
  const candidate = closest(name, [...known]);
  return distance(candidate, name) <= name.length / 2 ? ` Did you mean ${candidate}?` : '';
}

function isFamily(name: string): name is Family {
  return (FAMILY_NAMES as readonly string[]).includes(name);
}
