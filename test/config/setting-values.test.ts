/** The chart's schema and the program agree on what a setting may be. */
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { settingRows, settingsTable } from '../../src/config/settings.ts';

const accepted = (name: string, value: unknown) =>
  settingsTable.shape[name as keyof typeof settingsTable.shape].safeParse(String(value)).success;

interface Kind {
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly { readonly minimum?: number; readonly maximum?: number }[];
}

const ROWS = settingRows().map((row) => ({ ...row, kind: row.values as Kind, valid: new Ajv().compile(row.values) }));

describe('a setting in the chart', () => {
  it.each(ROWS)('$name may be its own default, and is not empty', ({ fallback, valid }) => {
    if (fallback !== null) expect(valid(fallback)).toBe(true);
    expect(valid('')).toBe(false);
  });

  it.each(ROWS.filter(({ kind }) => kind.enum))('$name may be the same words', ({ name, kind }) => {
    for (const word of kind.enum ?? []) expect([word, accepted(name, word)]).toEqual([word, true]);
  });

  it.each(ROWS.filter(({ kind }) => kind.anyOf))('$name lies in the same range', ({ name, kind, valid }) => {
    const [{ minimum, maximum } = {}] = kind.anyOf ?? [];
    if (minimum === undefined || maximum === undefined) throw new Error('A number has a range.');
    expect([minimum - 1, minimum, 1.5].map((value) => accepted(name, value))).toEqual([false, true, false]);
    expect([minimum - 1, minimum, 1.5, maximum, maximum + 1].map((value) => valid(value))).toEqual([
      false,
      true,
      false,
      true,
      false,
    ]);
    // What has no upper end for us ends where JSON's numbers lose their digits.
    if (maximum < Number.MAX_SAFE_INTEGER) {
      expect([maximum, maximum + 1].map((value) => accepted(name, value))).toEqual([true, false]);
    }
  });
});
