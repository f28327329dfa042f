import { describe, expect, it } from '@jest/globals';
import { createTextSearch } from '../../src/event-queries/find-text.ts';

describe('a text in an event', () => {
  it.each([
    ['Lucky Shrub', '{"name":"lucky shrub"}'],
    ['café', '{"name":"Caf\\u00e9"}'],
    ['CAFÉ', '{"name":"caf\\u00E9"}'],
    ['naïve', '{"name":"naïve"}'],
    ['😀', '{"name":"\\uD83D\\ude00"}'],
    ['😀', '{"name":"😀"}'],
    ['https://a.b/c', '{"url":"https:\\/\\/a.b\\/c"}'],
    ['https://a.b/c', '{"url":"https://a.b/c"}'],
    ['say "hi"', '{"text":"Say \\"hi\\""}'],
    ['a\nb', '{"text":"a\\nb"}'],
    ['(.*)+$', '{"text":"(.*)+$"}'],
  ])('%j is found in %s', (text, json) => {
    expect(createTextSearch(text)(json)).toBe(true);
  });

  it.each([
    ['a.c', '{"text":"abc"}'],
    ['(a+)+$', `{"text":"${'a'.repeat(5000)}!"}`],
    ['x'.repeat(200), `{"text":"${'x'.repeat(199)}"}`],
  ])('%j is no pattern', (text, json) => {
    expect(createTextSearch(text)(json)).toBe(false);
  });
});
