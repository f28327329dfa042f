/** Webhooks as Meta documents them, or sends them, for every field of the registry. */
import { sampleBody } from '../../events/examples.ts';
import type { AnyField, Sample as FieldSample } from '../../fields/field.ts';
import { allFields, type FIELDS, findField } from '../../fields/registry.ts';

/** Meta's name of a field. */
export type FieldName = (typeof FIELDS)[number]['name'];

export interface WebhookSample {
  readonly field: FieldName;
  /** What it shows, and where it is from. */
  readonly about: string;
  /** A whole webhook body, as JSON text. */
  readonly payload: string;
}

/** Every sample of every field. */
export function allSamples(): readonly WebhookSample[] {
  return allFields().flatMap(({ name }) => samplesOf(name as FieldName));
}

/** At least one. */
export function samplesOf(field: FieldName): readonly [WebhookSample, ...WebhookSample[]] {
  const known = fieldNamed(field);
  const [first, ...more] = known.samples;
  const toSample = (sample: FieldSample): WebhookSample => {
    return { field, about: sample.about, payload: sampleBody(known, sample) };
  };
  return [toSample(first), ...more.map(toSample)];
}

export function fieldNamed(name: FieldName): AnyField {
  const field = findField(name);
  if (field !== undefined) return field;
  throw new RangeError(`There is no field "${name}". FieldName, and "hubcast describe fields", list them.`);
}
