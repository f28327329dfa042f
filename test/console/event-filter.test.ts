import { describe, expect, it } from '@jest/globals';
import { filterOf, questionOf, TIME_FORM } from '../../src/console/client/event-filter.ts';
import { addressOf, placeOf } from '../../src/console/client/places.ts';

const asked = (members: Record<string, string>, withTimes = true) =>
  Object.fromEntries(questionOf(filterOf(new URLSearchParams(members)), withTimes));

describe('what the form asks of the service', () => {
  it.each([
    ['+1 (555) 078-3881', { number: '15550783881' }],
    ['0049 30 1234567', { number: '49301234567' }],
    ['wamid.HBgL', { subject: 'wamid.HBgL' }],
    ['1234', { subject: '1234' }],
    ['US.11815799212886844830', { subject: 'US.11815799212886844830' }],
  ])('%s is a number or a subject', (about, question) => {
    expect(asked({ about })).toEqual(question);
  });

  it('reads times as UTC, in the form in which they are shown', () => {
    expect(asked({ from: '2026-11-26 23:17', to: '2026-11-27' })).toEqual({
      from: '2026-11-26T23:17:00.000Z',
      to: '2026-11-27T00:00:00.000Z',
    });
    expect(asked({ from: '2026-11-26T23:17:05.123Z' })).toEqual({ from: '2026-11-26T23:17:05.123Z' });
    expect(asked({ from: '2026-13-99' })).toEqual({ from: '2026-13-99' });
    expect(asked({ from: '2026-11-26 23:17', text: 'a' }, false)).toEqual({ text: 'a' });
    const form = new RegExp(`^(?:${TIME_FORM})$`, 'v');
    for (const time of ['2026-11-26', '2026-11-26 23:17', '2026-11-26 23:17:05']) expect(time).toMatch(form);
    for (const time of ['yesterday', '11/26/2026', '2026-11-26 23']) expect(time).not.toMatch(form);
  });

  it('takes nothing that the form does not have', () => {
    expect(asked({ limit: '1', before: 'x', delivery: 'ABC' })).toEqual({ delivery: 'abc' });
  });
});

describe('addresses', () => {
  it('lead back to their place', () => {
    const address = addressOf('events', 'a/b?c', { text: 'x y&z=1', type: '' });
    expect(address).toBe('#/events/a%2Fb%3Fc?text=x+y%26z%3D1');
    const { view, id, query } = placeOf(address);
    expect([view, id, Object.fromEntries(query)]).toEqual(['events', 'a/b?c', { text: 'x y&z=1' }]);
  });

  it.each(['', '#', '#/', '#/nowhere', '#/constructor', '#/__proto__/x'])('%j is the first view', (hash) => {
    expect(placeOf(hash).view).toBe('overview');
  });

  it.each(['#/events/%', '#/events/%zz'])('%j has an id that no event has', (hash) => {
    expect(placeOf(hash).id).toBe(hash.slice('#/events/'.length));
  });
});
