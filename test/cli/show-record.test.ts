import { describe, expect, it } from '@jest/globals';
import { toTable } from '../../src/cli/output.ts';
import { toPretty } from '../../src/cli/show-record.ts';
import { visible } from '../../src/cli/visible.ts';
import type { StoredRecord } from '../../src/records/record.ts';
import { toJsonLine } from '../../src/records/record-json.ts';

const record = (more: Partial<StoredRecord>): StoredRecord => ({
  topic: 't',
  partition: 0,
  offset: '7',
  key: 'k',
  headers: {},
  value: '{"data":{"value":{"a":1}}}',
  timestampMs: 0,
  ...more,
});

const FOREIGN = [
  '',
  'hello',
  '{"cut":',
  '\u0000\u001b[2J',
  'null',
  '42',
  '"text"',
  '[]',
  '{}',
  '{"data":null}',
  '{"data":{"issues":[null,{}]}}',
];

describe('toJsonLine', () => {
  it.each(FOREIGN)('stays one line of valid JSON: %j', (value) => {
    const line = toJsonLine(record({ value }));
    expect(line).not.toContain('\n');
    const { event, value_text, ...rest } = JSON.parse(line);
    expect(rest).toEqual({ topic: 't', partition: 0, offset: 7, key: 'k', headers: {} });
    let expected: unknown = null;
    let text: string | undefined;
    try {
      expected = JSON.parse(value);
    } catch {
      text = value === '' ? undefined : value;
    }
    expect({ event, value_text }).toEqual({ event: expected, value_text: text });
  });

  it('keeps the digits of the value, and a value of several lines in one', () => {
    const line = toJsonLine(record({ value: '{\r\n "n": 90071992547409931234\n}' }));
    expect(line).toContain('"n": 90071992547409931234');
    expect(line).not.toMatch(/[\r\n]/);
    expect(() => JSON.parse(line)).not.toThrow();
  });
});

describe('toPretty', () => {
  it('shows what hubcast says of a number: what was and is, and what is known', () => {
    const before = { quality_rating: 'GREEN', status: null };
    const changed = { changed: ['quality_rating'], before, after: { ...before, quality_rating: 'RED' } };
    expect(toPretty(record({ value: JSON.stringify({ data: changed }) }))).toContain('quality_rating  "GREEN" → "RED"');
    const state = toPretty(
      record({ value: JSON.stringify({ data: { state: before, read_at: null, generation: 3 } }) }),
    );
    expect(state).toContain('state.quality_rating  "GREEN"');
    expect(state).toContain('generation  3');
    expect(state).not.toContain('null');
  });

  it.each(FOREIGN)('shows what anybody wrote: %j', (value) => {
    expect(toPretty(record({ value }))).toContain('t[0]@7  key k');
  });

  it('says when there is no value', () => {
    expect(toPretty(record({ value: '', key: null }))).toContain('(no value)');
  });

  it('prints no control character of the data', () => {
    const evil = '\u001b]0;owned\u0007\r\n\u007f\u009b2J\u202e';
    const shown = toPretty(
      record({
        topic: `t${evil}`,
        key: evil,
        headers: { ce_type: `whatsapp.x${evil}`, ce_time: evil, ce_subject: evil, ce_id: evil },
        value: JSON.stringify({
          data: { value: { [evil]: evil }, derived: { [evil]: [evil] }, issues: [{ message: evil }] },
        }),
      }),
    );
    expect(shown.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(shown.split('\n')).toHaveLength(5);
    expect(shown).toContain('\\u001b]0;owned\\u0007\\u000d\\u000a\\u007f\\u009b2J\\u202e');
    expect(toPretty(record({ value: evil })).replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });
});

describe('visible', () => {
  it('leaves what people write as it is', () => {
    expect(visible('Käse שלום 👩‍👩‍👧 \\ "x"')).toBe('Käse שלום 👩‍👩‍👧 \\ "x"');
  });

  it('is used for the cells of tables', () => {
    expect(toTable(['a'], [['x\u001b[31m\ny']])).toContain('x\\u001b[31m\\u000ay');
  });
});
