import { FAMILY_NAMES, type Family, familyPlan } from '../fields/families.ts';

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

/** Topics are planned only for families that this version writes. */
export function planTopics(naming: TopicNaming, families: readonly Family[] = FAMILY_NAMES): readonly TopicPlan[] {
  return families.map((family) => {
    const plan = familyPlan(family);
    return {
      family,
      name: topicName(naming, family),
      retentionMs: plan.retentionDays * DAY_MS,
      compacted: plan.compacted === true,
    };
  });
}
