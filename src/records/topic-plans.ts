import { dataschemaOf, typeOfEvent } from '../events/event.ts';
import { systemEvents } from '../events/system-events.ts';
import { FAMILY_NAMES, type Family, familyPlan } from '../fields/families.ts';
import { allEvents } from '../fields/registry.ts';

/** A topic hubcast writes, as it should be set up. */
export interface TopicPlan {
  readonly family: Family;
  readonly name: string;
  readonly retentionMs: number;
  readonly compacted: boolean;
}

export interface TopicNaming {
  /** `<prefix>.<family>` … */
  readonly prefix: string;
  /** … unless the family is named here. */
  readonly names: Readonly<Partial<Record<Family, string>>>;
}

const DAY_MS = 24 * 60 * 60 * 1000;

export function topicName(naming: TopicNaming, family: Family): string {
  return naming.names[family] ?? `${naming.prefix}.${family}`;
}

/** Families that this version writes: those of the registry, those of our system events, and what takes the unknown. */
export function writtenFamilies(): readonly Family[] {
  const written = new Set<Family>([...allEvents(), ...systemEvents()].map(({ family }) => family)).add('unknown');
  return FAMILY_NAMES.filter((family) => written.has(family));
}

/** Of the events whose `dataschema` it is; events this version does not know are of the family `unknown`. */
export function familyOfSchema(dataschema: string): Family {
  const meta = allEvents().find(
    ({ field, event }) => dataschemaOf(typeOfEvent(field, event), event.version) === dataschema,
  );
  const own = systemEvents().find(({ type, version }) => dataschemaOf(type, version) === dataschema);
  return meta?.family ?? own?.family ?? 'unknown';
}

/** @param published families the operator keeps; dead letters are always kept */
export function planTopics(naming: TopicNaming, published: readonly Family[]): readonly TopicPlan[] {
  const kept = new Set<Family>([...published, 'dead-letter']);
  return writtenFamilies()
    .filter((family) => kept.has(family))
    .map((family) => {
      const plan = familyPlan(family);
      const name = topicName(naming, family);
      return { family, name, retentionMs: plan.retentionDays * DAY_MS, compacted: plan.compacted === true };
    });
}
