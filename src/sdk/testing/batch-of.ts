/** Many updates in one body, as Meta sends them when much happens at once. */
import { SAMPLE_ACCOUNT, SAMPLE_TIME } from '../../events/examples.ts';
import type { AnyField } from '../../fields/field.ts';
import { type PathStep, stepsOf } from '../../fields/item-place.ts';
import { WHATSAPP_OBJECT } from '../../webhook/envelope.ts';
import { type FieldName, fieldNamed } from './samples.ts';

/**
 * One body with as many different updates: the field's first sample, again each second, items with ids of their own.
 *
 * @param count Meta sends up to 1,000
 */
export function batchOf(count: number, field: FieldName = 'phone_number_name_update'): string {
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(
      `A batch of ${count} updates was asked for. Give a whole number of at least 1; Meta sends up to 1,000.`,
    );
  }
  const known = fieldNamed(field);
  const [{ value }] = known.samples;
  const entry = Array.from({ length: count }, (_, index) => ({
    id: SAMPLE_ACCOUNT,
    time: SAMPLE_TIME + index,
    changes: [{ field, value: withOwnIds(later(value, index), known, index) }],
  }));
  return JSON.stringify({ object: WHATSAPP_OBJECT, entry });
}

const TIME_MEMBER = /(^|_)timestamp$/;

/** Every time inside, in Unix seconds as number or text, moved on. */
function later(value: unknown, seconds: number): unknown {
  if (Array.isArray(value)) return value.map((item) => later(item, seconds));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      if (!TIME_MEMBER.test(name) || !isSeconds(member)) return [name, later(member, seconds)];
      return [name, typeof member === 'number' ? member + seconds : String(Number(member) + seconds)];
    }),
  );
}

function isSeconds(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value));
}

/** Items are told apart by their `id`, as consumers do. */
function withOwnIds(value: unknown, field: AnyField, index: number): unknown {
  const paths = field.events.flatMap(({ item }) => item?.at ?? []);
  return paths.reduce((changed, path) => mark(changed, stepsOf(path), index), value);
}

function mark(value: unknown, [step, ...inner]: readonly PathStep[], index: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const object = value as Record<string, unknown>;
  if (step === undefined)
    return typeof object.id === 'string' ? { ...object, id: `${object.id}.${index + 1}` } : object;
  const { name } = step;
  const found = object[name];
  if (!Object.hasOwn(object, name)) return object;
  if (!step.listed) return { ...object, [name]: mark(found, inner, index) };
  return Array.isArray(found) ? { ...object, [name]: found.map((item) => mark(item, inner, index)) } : object;
}
