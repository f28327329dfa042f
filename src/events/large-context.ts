/**
 * Surroundings go with every item, so a large one would multiply a body by its number of items: 1,000 contacts of nobody
 * beside 1,000 messages make a gigabyte of 3 MB. What is too large to repeat is set aside and kept once.
 */
import type { JsonView } from '../webhook/json-view.ts';
import { ALWAYS_REPEATED, isTooLargeToRepeat } from '../webhook/repetition.ts';
import type { People } from './people.ts';

interface Shared {
  readonly members: readonly string[];
  readonly people: People | null;
}

/** @returns what is repeated, and the JSON text of an object with the rest, or null */
export function splitOffLarge(
  view: JsonView,
  { members, people }: Shared,
  items: number,
): Shared & { readonly aside: string | null } {
  if (items < 2) return { members, people, aside: null };
  const texts = members.map((name) => ({ name, text: repeatedText(view, name, people) }));
  const length = texts.reduce((sum, { text }) => sum + text.length, 0);
  if (!isTooLargeToRepeat(length, items)) return { members, people, aside: null };
  let room = ALWAYS_REPEATED;
  const large = texts.filter(({ text }) => {
    const fits = text.length <= room;
    if (fits) room -= text.length;
    return !fits;
  });
  const isPeople = (name: string) => name === people?.among;
  const gone = new Set(large.map(({ name }) => name).filter((name) => !isPeople(name)));
  const withoutUnclaimed = large.some(({ name }) => isPeople(name)) && people !== null;
  return {
    members: members.filter((name) => !gone.has(name)),
    people: withoutUnclaimed ? { ...people, unclaimed: [] } : people,
    aside: `{${large.map(({ name, text }) => `${JSON.stringify(name)}:${text}`).join()}}`,
  };
}

/** Of people, those that go with every item. */
function repeatedText(view: JsonView, name: string, people: People | null): string {
  const member = view.at(name);
  if (people?.among !== name) return member.text();
  return `[${people.unclaimed.map((index) => member.at(index).text()).join()}]`;
}
