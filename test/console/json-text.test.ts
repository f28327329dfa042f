import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arrayItems, indented, memberText } from '../../src/console/client/json-text.ts';

describe('JSON text as the console shows it', () => {
  it('keeps every digit and what stands in strings', () => {
    const text = '{"id":12345678901234567890,"text":"{\\"a\\": [1, 2]}","none":[],"nothing":{}}';
    expect(indented(text)).toBe(
      '{\n  "id": 12345678901234567890,\n  "text": "{\\"a\\": [1, 2]}",\n  "none": [],\n  "nothing": {}\n}',
    );
  });

  it('leaves brackets in strings alone', () => {
    expect(indented('{"{ ]":"[  }"}')).toBe('{\n  "{ ]": "[  }"\n}');
  });

  it('means the same', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(JSON.parse(indented(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('finds a member by its path, and no other of its name', () => {
    const text = '{"key":"event","event":{"data":{"value":{"id":9007199254740993,"value":1}},"value":2}}';
    expect(memberText(text, 'event', 'data', 'value')).toBe('{"id":9007199254740993,"value":1}');
    expect(memberText(text, 'event', 'value')).toBe('2');
    expect(memberText(text, 'event', 'absent')).toBeNull();
  });

  it('takes an array apart, item by item, and keeps their text', () => {
    expect(arrayItems('[ {"a":[1,{"b":"],}"}]}, 12345678901234567890 ,"x,y",[] ]')).toEqual([
      '{"a":[1,{"b":"],}"}]}',
      '12345678901234567890',
      '"x,y"',
      '[]',
    ]);
    expect(arrayItems('[]')).toEqual([]);
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (items) => {
        const texts = items.map((item) => JSON.stringify(item));
        expect(arrayItems(`[${texts.join()}]`)).toEqual(texts);
      }),
    );
  });
});
