import { describe, expect, it } from '@jest/globals';
import { toGraphError } from '../../src/meta-graph/graph-error.ts';

const failure = {
  httpStatus: 400,
  code: 100,
  subcode: null,
  message: 'm',
  userTitle: null,
  userMessage: null,
  details: null,
  fbtraceId: 'T',
  unreadable: null,
  transient: false,
};

describe('toGraphError', () => {
  it.each([
    [0, null, 'graph_token_invalid', false],
    [1, null, 'graph_unavailable', true],
    [2, null, 'graph_unavailable', true],
    [3, null, 'graph_permission_missing', false],
    [4, null, 'graph_throttled', false],
    [10, null, 'graph_permission_missing', false],
    [17, null, 'graph_throttled', false],
    [32, null, 'graph_throttled', false],
    [33, null, 'not_found', false],
    [100, null, 'graph_refused', false],
    [100, 33, 'not_found', false],
    [100, 2388001, 'graph_refused', false],
    [104, null, 'graph_token_invalid', false],
    [190, 463, 'graph_token_invalid', false],
    [200, null, 'graph_permission_missing', false],
    [299, null, 'graph_permission_missing', false],
    [341, null, 'graph_throttled', false],
    [368, null, 'graph_refused', false],
    [613, null, 'graph_throttled', false],
    [80007, null, 'graph_throttled', false],
    [80008, null, 'graph_throttled', false],
    [131000, null, 'graph_unavailable', true],
    [131016, null, 'graph_unavailable', true],
    [131031, null, 'graph_refused', false],
    [131057, null, 'graph_unavailable', true],
    [133004, null, 'graph_unavailable', true],
    [133005, null, 'graph_refused', false],
    [133016, null, 'graph_refused', false],
  ])('reads code %s, subcode %s as %s', (code, subcode, expected, transient) => {
    expect(toGraphError('GET /1', { ...failure, code, subcode }, null)).toMatchObject({ code: expected, transient });
  });

  it('carries code, subcode and trace id, and the time to wait', () => {
    const error = toGraphError('GET /1', { ...failure, code: 80008, subcode: 7 }, 120_000);
    expect(error.details).toEqual({ meta_code: 80008, meta_subcode: 7, fbtrace_id: 'T', meta_says: 'm.' });
    expect(error.retryAfterMs).toBe(120_000);
    expect(toGraphError('GET /1', { ...failure, code: 4 }, null).retryAfterMs).toBe(300_000);
  });

  it.each([
    [{}, 'm.'],
    [{ details: 'Try again in 12 hours.' }, 'Try again in 12 hours. m.'],
    [{ userMessage: 'Wait 1 hour.', userTitle: "Couldn't send code" }, "Couldn't send code. Wait 1 hour. m."],
    [{ userMessage: 'Wait 1 hour.', details: 'Wait 1 hour.', message: 'Wait' }, 'Wait 1 hour.'],
    [{ message: null }, undefined],
    [{ message: ' ', details: '' }, undefined],
    [{ message: 'x'.repeat(5_000) }, `${'x'.repeat(600)}…`],
  ])("gives Meta's sentence, the words for people first: %j", (texts, sentence) => {
    const error = toGraphError('GET /1', { ...failure, ...texts }, null);
    expect(error.details?.meta_says).toBe(sentence);
    expect(error.message).toContain(sentence ?? 'code 100 (trace T)');
  });

  it('says what came in place of JSON, and never as words of Meta', () => {
    const error = toGraphError('GET /1', { ...failure, code: null, message: null, unreadable: 'an empty body' }, null);
    expect(error.message).toContain('Meta answered HTTP 400 (trace T): an empty body');
    expect(error.details).toEqual({ fbtrace_id: 'T' });
  });
});
