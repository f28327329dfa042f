import { describe, expect, it } from '@jest/globals';
import { readRecent } from '../../src/event-queries/read-recent.ts';
import type { ReadBack, ReadBackOptions, StoredRecord } from '../../src/records/record.ts';

/** A journal in memory that answers at once, as the one on disk does. */
function storeOf(count: number) {
  const questions: ReadBackOptions[] = [];
  const record = (offset: number): StoredRecord => ({
    topic: 't',
    partition: 0,
    offset: String(offset),
    key: null,
    headers: {},
    value: `{"n":${offset}}`,
    timestampMs: offset,
  });
  const readBack: ReadBack = async (question) => {
    questions.push(question);
    const upTo = Number(question.before.journal ?? count + 1);
    const from = Math.max(1, upTo - question.count);
    const records = Array.from({ length: upTo - from }, (_, index) => record(from + index));
    return [{ name: 'journal', records, bound: String(from), more: from > 1 }];
  };
  return { readBack, questions };
}

describe('the latest records', () => {
  it('are searched in turns, so that webhooks are served meanwhile', async () => {
    const { readBack } = storeOf(10_000);
    let turns = 0;
    let done = false;
    const count = () => {
      turns += 1;
      if (!done) setImmediate(count);
    };
    setImmediate(count);
    const matches = ({ value }: StoredRecord) => value === '{"n":3}';
    const page = await readRecent(readBack, { topics: ['t'], matches, limit: 50, before: {} });
    done = true;
    expect(page.records.map(({ offset }) => offset)).toEqual(['3']);
    expect(turns).toBeGreaterThanOrEqual(10_000 / 50 - 1);
  });

  it('end a page after 20,000 records, and the next one goes on there', async () => {
    const { readBack } = storeOf(50_000);
    const question = { topics: ['t'], matches: ({ value }: StoredRecord) => value === '{"n":7}', limit: 1 };
    const first = await readRecent(readBack, { ...question, before: {} });
    expect(first.records).toEqual([]);
    expect(Number(first.next?.journal)).toBeGreaterThan(29_000);
    const second = await readRecent(readBack, { ...question, before: first.next ?? {} });
    const third = await readRecent(readBack, { ...question, before: second.next ?? {} });
    expect(third.records).toHaveLength(1);
  });

  it('name the time to the store: the end once, the start with each step', async () => {
    const { readBack, questions } = storeOf(200);
    await readRecent(readBack, { topics: ['t'], matches: () => false, limit: 50, before: {}, sinceMs: 5, untilMs: 9 });
    expect(questions.map(({ sinceMs, untilMs }) => [sinceMs, untilMs])).toEqual([
      [5, 9],
      [5, undefined],
      [5, undefined],
      [5, undefined],
    ]);
  });
});
